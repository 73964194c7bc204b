import { expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { isIndexBehind } from '../../lib/publication/restored/is-index-behind';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { smallPress } from './made/small-press';
import { wrappedStore } from './made/wrapped-store';

it('whether index.json is behind is found out without removing anything, also if the view is deleted meanwhile', async () => {
  const press = smallPress(await smallSigner());
  await press.publish();
  const [index, plain] = [layout.index('candidate'), layout.plainIndex('candidate')];
  await press.mirror.remove(plain);
  expect(await isIndexBehind('candidate', press)).toBe(true);

  const changes: string[] = [];
  let reads = 0;
  const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
    if (method !== 'read' && method !== 'head') changes.push(`${method} ${key}`);
    if (method === 'read' && key === index && ++reads >= 2) return go().then(() => undefined as never);
    return go();
  });
  expect(await isIndexBehind('candidate', { ...press, mirror })).toBe(false);
  expect(changes).toEqual([]);
});
