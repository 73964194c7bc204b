import { beforeAll, expect, it } from 'vitest';
import { killBuilds, moments } from '../build/killed-builds';
import { killPublishers } from '../build/killed-publishers';
import { type SmallRelease, smallRelease } from '../fixtures/images/small-release';

let small: SmallRelease;
beforeAll(async () => {
  small = await smallRelease();
});

it('a build that is killed, at 18 random moments, leaves no mount and no process, and the mirror as good as before', async () => {
  const all = Object.values(moments).flat();
  expect(all).toHaveLength(18);

  await expect(killBuilds(small, all)).resolves.toBeUndefined();
});

it('leaves the mirror as good as before at each of 24 changes of a file at which Publish is killed, and publishes the next time', async () => {
  await expect(killPublishers(24)).resolves.toBeUndefined();
});
