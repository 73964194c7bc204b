import { describe, expect, it } from 'vitest';
import { type BuiltParts, diskNeeded } from '../../../bin/preflight/disk-needed';

const megabyte = 1_000_000;
const sizes = { root: 300 * megabyte, boot: 100 * megabyte, layer: 200 * megabyte };
const plain: BuiltParts = { sizes, flavours: 2, customised: false, downloaded: true };
const needed = (builds: readonly (readonly BuiltParts[])[], atOnce = 2) => {
  const { mirror, work, together } = diskNeeded(builds, atOnce);
  return [mirror, work, together].map((bytes) => bytes / megabyte);
};

describe('the disk that builds need', () => {
  it('is nothing where no image is built', () => {
    expect(needed([])).toEqual([0, 0, 0]);
    expect(needed([[]])).toEqual([0, 0, 0]);
  });

  it('is that of the files that are published, handed on, downloaded and copied for each stage', () => {
    const [published, passing] = [300 + 2 * 100, 200 + 2 * (300 + 200 + 100)];
    expect(needed([[plain]])).toEqual([published, 300 + published + passing, 300 + published + passing]);
  });

  it.each([
    ['a base is given', { downloaded: false }, 2, [500, 1900, 1900]],
    ['the image is changed, and the base is kept meanwhile', { customised: true }, 2, [500, 2500, 2500]],
    ['one stage runs at a time', {}, 1, [500, 1600, 1600]],
    ['there are fewer flavours than stages', { flavours: 1 }, 4, [400, 1500, 1500]],
  ])('is another where %s', (_, more, atOnce, said) => {
    expect(needed([[{ ...plain, ...more }]], atOnce)).toEqual(said);
  });

  it('is little more than what was measured of a build of two flavours: 239 MB', () => {
    const measured = { root: 44.1 * megabyte, boot: 21.1 * megabyte, layer: 0.3 * megabyte };
    const [, , together = 0] = needed([[{ ...plain, sizes: measured }]]);
    expect(together).toBeGreaterThan(239);
    expect(together).toBeLessThan(1.1 * 239);
  });

  it('is that of all architectures of a release, which are built at the same time', () => {
    const large = { ...sizes, root: 500 * megabyte };
    const parts = [plain, { ...plain, sizes: large }];
    const [downloads, published, passing] = [300 + 500, 500 + 700, 2 * 200 + 2 * (500 + 200 + 100)];
    expect(needed([parts])).toEqual([published, downloads + published + passing, downloads + published + passing]);
  });

  it('is that of the largest build, with everything that stays of the others', () => {
    const small = { ...plain, sizes: { ...sizes, root: 200 * megabyte } };
    // The larger one: 500 published and 1,400 passing. Of the smaller one 400 stay in the mirror, and its download.
    expect(needed([[small], [plain]])).toEqual([900, 200 + 300 + 1900, 200 + 300 + 900 + 1400]);
  });
});
