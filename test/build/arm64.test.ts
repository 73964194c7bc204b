import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serveArchive, smallRelease } from '../fixtures/small-release';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { maasMirror } from './cli';
import { ownData, smallOrder } from './small-order';

it('builds an architecture that is not the machine’s own, boots it, and the mirror verifies', async () => {
  const small = await smallRelease('arm64');
  const folder = temporaryFolder();
  await using archive = await serveArchive(small.archive);

  const { code, out, err } = await maasMirror(smallOrder(small, archive.url, folder), { env: ownData(folder) });
  expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  expect(out).toMatch(/^✓ bookworm: arm64: published version \d{8}/m);

  const logs = join(folder, 'mirror.work/logs');
  const [run = ''] = readdirSync(logs);
  const console = readFileSync(join(logs, run, 'BootTest-arm64-cloud.log'), 'utf8');
  expect(console).toContain('booting cloud in qemu-system-aarch64');
  expect(console).toContain(`Linux version ${small.images.cloud.name.replace('linux-image-', '')}`);
  expect(console).toMatch(/localhost login:/);

  const verified = await maasMirror(['verify', join(folder, 'mirror')]);
  expect(verified).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^✓ candidate: 1 product, 1 version, 4 objects/),
  });
}, 900_000);
