import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { viewLines, viewsLines } from '../../bin/reading/views-text';
import { mirror as layout } from '../../lib/job/layout';
import { viewsOfMirror } from '../../lib/operations/views-of-mirror';
import { statePathOf } from '../../lib/publication/state/state-document';
import { operatorKey, operatorWith } from '../bin/operation/operator';
import { folderInMemory } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';

let key: string;
beforeAll(async () => {
  key = await operatorKey();
});

test('views are listed with their kinds, sources, newest versions and sizes', async () => {
  const { store, publish, type } = await operatorWith(key, folderInMemory());
  await publish('20261120.083000');
  await publish('20261125.083000');
  await type('promote', 'candidate', 'stable', 'noble');
  await type('view', 'create', 'lab-2', '--from', 'stable');
  await type('snapshot', 'candidate', '2026-11');
  await type('hold', 'candidate', 'noble', '--at', '20261120.083000', '--reason', 'freeze');

  const views = await viewsOfMirror(store);
  const shown = viewsLines(views);
  expect(shown.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    'VIEW KIND NEWEST SIZE FROM',
    'candidate built 20261120.083000 0.0 MB recipe',
    'lab-2 selected 20261125.083000 0.0 MB follows stable',
    'snapshots/2026-11 frozen 20261125.083000 0.0 MB candidate',
    'stable promoted 20261125.083000 0.0 MB promoted by hand',
  ]);
  const [candidate] = views;
  expect(candidate).toMatchObject({ view: 'candidate', kind: 'built', pending: 1, withdrawals: 0 });
  expect(candidate?.downloads).toEqual([
    { release: 'noble', architecture: 'amd64', all: expect.any(Number), fresh: expect.any(Number) },
  ]);
  expect(candidate === undefined ? [] : viewLines(candidate)).toContainEqual(
    expect.stringMatching(/^ {2}held +noble: held since \d{4}-\d\d-\d\d \(freeze\)$/),
  );
});

test('a view whose state is lost has no kind that anyone knows', async () => {
  const { store, publish, type, mirror } = await operatorWith(key, folderInMemory());
  await publish('20261120.083000');
  await type('promote', 'candidate', 'stable', 'noble');
  const index = JSON.parse(readFileSync(join(mirror, layout.plainIndex('stable')), 'utf8'));
  rmSync(join(mirror, 'stable', statePathOf(index, layout.index('stable')) ?? ''));

  const views = await viewsOfMirror(store);
  expect(views.map(({ view, kind }) => [view, kind])).toEqual([
    ['candidate', 'built'],
    ['stable', undefined],
  ]);
  const lost = views.slice(1);
  expect(viewsLines(lost)[1]).toMatch(/^stable +unknown .* unreadable: run verify$/);
  expect(lost.flatMap(viewLines).slice(0, 2)).toEqual(['stable (unknown)', '  from         unreadable: run verify']);
});

test('a list of views fits 80 columns, and names every source, however long its name is', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
  const part = fc.record({ from: name, releases: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }) });
  const source = fc.oneof(
    fc.record({ select: fc.array(part, { minLength: 1, maxLength: 4 }) }),
    fc.record({ promote: fc.record({ from: name, require: fc.array(name, { maxLength: 3 }) }) }),
  );
  const summary = fc.record({
    view: name,
    kind: fc.constant('selected' as const),
    source,
    newest: fc.constant('20261120.083000'),
  });
  fc.assert(
    fc.property(fc.array(summary, { minLength: 1, maxLength: 5 }), (some) => {
      const views = some.map((one) => ({ ...one, size: 1e9, holds: [], pending: 0, withdrawals: 0, downloads: [] }));
      const lines = viewsLines(views);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      const words = lines.flatMap((line) => line.split(/ +/)).map((word) => word.replace(/,$/, ''));
      for (const { source: from } of some) {
        const named = 'select' in from ? from.select.map((one) => one.from) : [from.promote.from];
        expect(words).toEqual(expect.arrayContaining(named));
      }
    }),
  );
  const select = [{ from: 'stable', releases: ['jammy'] }, { from: 'candidate' }];
  const common = { kind: 'selected', newest: '20261120.083000', size: 1e9, holds: [], pending: 0 } as const;
  const mixed = { view: 'a-site-with-a-long-name', source: { select }, ...common, withdrawals: 0, downloads: [] };
  expect(viewsLines([mixed])).toEqual([
    'VIEW                     KIND      NEWEST             SIZE  FROM',
    'a-site-with-a-long-name  selected  20261120.083000  1.0 GB',
    '    jammy from stable, all else from candidate',
  ]);
});

test('refuses a view that is not there', async () => {
  const { store, publish } = await operatorWith(key, folderInMemory());
  await publish('20261120.083000');
  await expect(viewsOfMirror(store, ['stabel'])).rejects.toMatchObject({
    ...{ name: 'NoSuchView', message: `${store.name} has no view "stabel"`, misuse: true },
    hint: '`maas-mirror view list` lists its views',
  });
});
