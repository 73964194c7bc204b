import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuredPromotion } from '../../../bin/operation/configured-promotion';
import { folderWith } from './folder-with';

const stable = { from: 'candidate', after: '3d', require: ['hw-lab'] };
const yaml = `views: { candidate: { releases: [noble] }, stable: { promote: ${JSON.stringify(stable)} } }\n`;

describe('how mirror.yaml fills a view', () => {
  test('is read from ./mirror.yaml, which also names the mirror', async () => {
    expect(await configuredPromotion('stable', {}, folderWith(yaml))).toEqual(stable);
  });

  test('is read from the file that --config names, also for another mirror', async () => {
    const config = join(folderWith(yaml), 'mirror.yaml');
    for (const words of [{ config }, { config, mirror: '/srv/images' }, { config, stack: 'MaasMirror' }]) {
      expect(await configuredPromotion('stable', words, folderWith())).toEqual(stable);
    }
  });

  test.each([
    { mirror: '/srv/images' },
    { stack: 'MaasMirror' },
  ])('is not that of ./mirror.yaml for %j, which may be another mirror', async (words) => {
    expect(await configuredPromotion('stable', words, folderWith(yaml))).toBeUndefined();
  });

  test('is nothing without the file, and for a view that it does not fill', async () => {
    expect(await configuredPromotion('stable', {}, folderWith())).toBeUndefined();
    for (const view of ['candidate', 'lab-2']) {
      expect(await configuredPromotion(view, {}, folderWith(yaml))).toBeUndefined();
    }
  });

  test('refuses a file that is not valid, and one that --config names and that is missing', async () => {
    const folder = folderWith('views: { stable: { promote: {} } }\n');
    await expect(configuredPromotion('stable', {}, folder)).rejects.toMatchObject({
      message: expect.stringMatching(`^${join(folder, 'mirror.yaml')} is not valid: `),
      misuse: true,
    });
    const config = join(folder, 'other.yaml');
    await expect(configuredPromotion('stable', { config })).rejects.toMatchObject({
      message: expect.stringContaining(`--config names ${config}, which cannot be read`),
      misuse: true,
    });
  });
});
