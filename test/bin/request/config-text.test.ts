import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuredPromotion } from '../../../bin/operation/configured-promotion';
import { configuredSource } from '../../../bin/operation/configured-source';
import { whichMirror } from '../../../bin/operation/which-mirror';
import { configText } from '../../../bin/request/config-text';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const hint = 'give --config FILE, or change into the folder that has it';

describe('mirror.yaml', () => {
  test('is the one that --config names, else the one in the folder', () => {
    const folder = temporaryFolder();
    const [own, other] = [join(folder, 'mirror.yaml'), join(folder, 'other.yaml')];
    writeFileSync(own, 'own');
    writeFileSync(other, 'other');
    expect(configText(undefined, folder)).toEqual({ file: own, text: 'own' });
    expect(configText(other, folder)).toEqual({ file: other, text: 'other' });
  });

  test('is told to be missing, without an option that was not given', async () => {
    const missing = { name: 'BadInput', message: './mirror.yaml does not exist', hint, misuse: true };
    await expect(configuredSource('lab-2')).rejects.toMatchObject(missing);
    const given = { message: expect.stringContaining('--config names none.yaml, which cannot be read') };
    await expect(configuredSource('lab-2', 'none.yaml')).rejects.toMatchObject(given);
  });

  test.each([
    ['the mirror', (folder: string) => whichMirror({}, folder)],
    ['a promotion', (folder: string) => configuredPromotion('stable', {}, folder)],
  ])('is told to be unreadable by what looks in it for %s, without that option', async (_, read) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'mirror.yaml'));
    await expect(read(folder)).rejects.toMatchObject({
      ...{ message: expect.stringMatching(/^\/.*\/mirror\.yaml cannot be read: EISDIR/), hint, misuse: true },
    });
  });
});
