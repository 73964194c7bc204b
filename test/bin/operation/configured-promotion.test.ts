import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuredPromotion } from '../../../bin/operation/configured-promotion';
import type { MirrorWords } from '../../../bin/operation/which-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { folderWith } from './folder-with';

const yaml = (after: string) => `views: { stable: { promote: { from: candidate, after: ${after} } } }\n`;

/** A folder with two files: one that is found there, and one that only an option names. */
function folderWithTwo(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'mirror.yaml'), yaml('1d'));
  writeFileSync(join(folder, 'other.yaml'), yaml('2d'));
  return folder;
}

/** As docs/views.md says of promotions by hand. */
describe('the setting of a view that is promoted into by hand', () => {
  test.each<[string, MirrorWords, string | undefined]>([
    ['', {}, '1d'],
    ['--config', { config: 'other.yaml' }, '2d'],
    ['--mirror', { mirror: '/srv/images' }, undefined],
    ['--stack', { stack: 'MaasMirror' }, undefined],
    ['--mirror --config', { mirror: '/srv/images', config: 'other.yaml' }, '2d'],
    ['--stack --config', { stack: 'MaasMirror', config: 'other.yaml' }, '2d'],
  ])('with %j is that of the right file', async (_, { config, ...words }, after) => {
    const folder = folderWithTwo();
    const given = { ...words, ...(config !== undefined && { config: join(folder, config) }) };
    expect((await configuredPromotion('stable', given, folder))?.after).toBe(after);
    expect(await configuredPromotion('lab', given, folder)).toBeUndefined();
  });

  test('is none where there is no file', async () => {
    expect(await configuredPromotion('stable', {}, temporaryFolder())).toBeUndefined();
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
