import { beforeAll, expect, it } from 'vitest';
import { type SmallRelease, smallRelease } from '../fixtures/images/small-release';
import { killBuilds, moments } from './killed-builds';

let small: SmallRelease;
beforeAll(async () => {
  small = await smallRelease();
});

// test/models/killed-builds.test.ts kills at all of them.
it('a build that is killed, at one random moment of each of its parts, leaves no mount and no process, and the mirror as good as before', async () => {
  const drawn = Object.values(moments).flatMap((ofPart) => {
    const moment = ofPart[Math.floor(Math.random() * ofPart.length)];
    return moment === undefined ? [] : [moment];
  });
  expect(drawn).toHaveLength(7);

  await expect(killBuilds(small, drawn)).resolves.toBeUndefined();
});
