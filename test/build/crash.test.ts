import { beforeAll, expect, it } from 'vitest';
import { type SmallRelease, smallRelease } from '../fixtures/images/small-release';
import { killBuilds, moments } from './killed-builds';

let small: SmallRelease;
beforeAll(async () => {
  small = await smallRelease();
});

// test/models/killed-builds.test.ts kills at all of them.
it('a build that is killed at a random moment leaves no mount and no process, and the mirror as good as before', async () => {
  const ofAll = Object.values(moments).flat();
  const drawn = ofAll.slice(Math.floor(Math.random() * ofAll.length)).slice(0, 1);
  expect(drawn).toHaveLength(1);

  await expect(killBuilds(small, drawn), drawn.map(String).join('; ')).resolves.toBeUndefined();
});
