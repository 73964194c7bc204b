import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyWhole } from '../../../lib/store/directory/copy-whole';
import { temporaryFolder } from '../../fixtures/temporary-folder';

describe('a copy of a file', () => {
  it('is the whole file', async () => {
    const { from, to } = files('whole');

    await copyWhole(from, to, 5);

    expect(readFileSync(to, 'utf8')).toBe('whole');
  });

  it.each([
    ['shrinks', 'cut'],
    ['grows', 'longer than before'],
  ])('refuses a file that %s between a look at its size and the copy, and leaves nothing', async (_, text) => {
    const { from, to } = files(text);

    await expect(copyWhole(from, to, 5)).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: `${to} received ${text.length} of 5 bytes of ${from}`,
      hint: expect.stringContaining('changed while it was copied'),
    });
    expect(existsSync(to)).toBe(false);
  });
});

function files(text: string): { from: string; to: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'from'), text);
  return { from: join(folder, 'from'), to: join(folder, 'to') };
}
