import { beforeAll, expect, it } from 'vitest';
import { type SmallRelease, smallRelease } from '../fixtures/images/small-release';
import { killBuilds, moments } from './killed-builds';
import '../fixtures/needs-minutes';

let small: SmallRelease;
beforeAll(async () => {
  small = await smallRelease();
});

// test/models/killed-builds.test.ts kills at all of them.
it('a build that is killed, at a random moment of three of its parts, leaves no mount and no process, and the mirror as good as before', async () => {
  const parts = Object.values(moments).sort(() => Math.random() - 0.5);
  const drawn = parts
    .slice(0, 3)
    .flatMap((ofPart) => ofPart.slice(Math.floor(Math.random() * ofPart.length)).slice(0, 1));
  expect(drawn).toHaveLength(3);

  await expect(killBuilds(small, drawn), drawn.map(String).join('; ')).resolves.toBeUndefined();
});
