import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder, selectedAbove } from '../../../lib/operations/promotion/in-order';
import type { ViewSettings } from '../../../lib/operations/promotion/settings';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { ViewState } from '../../../lib/publication/state/view-state';

const configured = '5'.repeat(64);
const from = (name: string, ...sources: string[]): ViewSettings => ({
  name,
  select: sources.map((one) => ({ from: one })),
  configured,
});
const state = (view: string, ...sources: string[]): [string, ViewState] => [
  view,
  { ...emptyState(view), kind: 'selected', source: { select: sources.map((one) => ({ from: one })) } },
];
const namesIn = (settings: readonly ViewSettings[], ...states: [string, ViewState][]) =>
  inOrder(settings, new Map(states)).map(({ name }) => name);

it('settings come after those of the views that theirs are made from, whatever their order is', () => {
  const views = ['a', 'b', 'c', 'd', 'e', 'f'];
  const sources = fc.tuple(...views.map((_, at) => fc.subarray(views.slice(0, at))));
  fc.assert(
    fc.property(sources, fc.shuffledSubarray(views, { minLength: 6 }), (given, order) => {
      const settings = order.map((name) => from(name, ...(given[views.indexOf(name)] ?? [])));
      const names = namesIn(settings);
      expect([...names].sort()).toEqual(views);
      for (const { name, select = [] } of settings)
        for (const one of select) expect(names.indexOf(one.from)).toBeLessThan(names.indexOf(name));
    }),
  );
});

it('settings that do not depend on each other, and those that do in a circle, stay in the order of the file', () => {
  expect(namesIn([from('b', 'x'), from('a', 'x')])).toEqual(['b', 'a']);
  expect(namesIn([from('b', 'a'), from('a', 'b'), from('c', 'c')])).toEqual(['c', 'b', 'a']);
});

it('a view in between that the file does not have counts, and so does what an operator has set', () => {
  expect(namesIn([from('a', 'mid'), from('b')], state('mid', 'b'))).toEqual(['b', 'a']);
  const [name, set] = state('a', 'x');
  expect(namesIn([from('a', 'b'), from('b')], [name, { ...set, configured }])).toEqual(['a', 'b']);
});

it('what a view is made from by selection is found through all levels', () => {
  const states = new Map([state('a', 'b', 'x'), state('b', 'c'), state('c', 'a')]);
  expect(selectedAbove('a', states)).toEqual(['a', 'b', 'c']);
  expect(selectedAbove('x', states)).toEqual([]);
});
