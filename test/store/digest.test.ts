import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkDigest, measureBytes, measureFile, measureStream } from '../../lib/store/digest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { sha256Of } from './contract';

it('bytes, files and streams are measured alike', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, 'image');
  const measured = { size: 5, sha256: sha256Of('image') };

  expect(measureBytes(Buffer.from('image'))).toEqual(measured);
  expect(await measureFile(file)).toEqual(measured);
  expect(
    await measureStream(
      (async function* () {
        yield Buffer.from('im');
        yield Buffer.from('age');
      })(),
    ),
  ).toEqual(measured);
  await expect(measureFile(join(file, 'none'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it('refuses other bytes than were promised, and nothing where nothing was', () => {
  const got = measureBytes(Buffer.from('image'));
  checkDigest('/f', got, undefined);
  checkDigest('/f', got, got.sha256);

  expect(() => checkDigest('/f', got, 'abc')).toThrow(
    expect.objectContaining({
      ...{ name: 'ChecksumMismatch', message: `/f has sha256 ${got.sha256}, expected abc` },
      hint: 'the file was changed or truncated after it was measured; run the build again',
    }),
  );
});
