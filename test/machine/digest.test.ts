import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf } from '../../lib/machine/digest';
import { temporaryFolder } from '../fixtures/temporary-folder';

it('gives the size and sha256 of a file', async () => {
  const file = join(temporaryFolder(), 'file');
  const bytes = Buffer.alloc(3_000_000, 'bytes');
  writeFileSync(file, bytes);

  expect(await digestOf(file)).toEqual({
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
});

it('refuses a FIFO, which nobody may ever write to, and a folder', async () => {
  const folder = temporaryFolder();
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);

  for (const file of [fifo, folder]) {
    await expect(digestOf(file)).rejects.toMatchObject({ name: 'BadImage', message: `${file} is not a regular file` });
  }
});
