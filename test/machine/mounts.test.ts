import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { run } from '../../lib/machine/run';
import { makeSquashfs, passingCompression } from '../../lib/machine/squashfs';
import { temporaryFolder } from '../fixtures/temporary-folder';

describe('a squashfs', () => {
  it('is mounted where /dev has no node of a loop device, but the kernel has such devices', async () => {
    expect(await mountWith([...nodes, 'loop-control:c:10:237'])).toBe('mounted: inside');
  });

  it('is unpacked where there are no loop devices', async () => {
    expect(await mountWith(nodes)).toBe('unpacked: inside');
  });
});

const nodes = ['null:c:1:3', 'zero:c:1:5', 'urandom:c:1:9'];

/** Makes a squashfs, and mounts it with these nodes in /dev and no others. */
async function mountWith(dev: readonly string[]): Promise<string> {
  const scratch = temporaryFolder();
  const [tree, file, outfile] = ['tree', 'small.squashfs', 'mounter.js'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(tree);
  writeFileSync(join(tree, 'inside'), '');
  await makeSquashfs(tree, file, { compression: passingCompression, epoch: 0 });
  const entryPoints = [join(__dirname, 'mounter.ts')];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node22', logLevel: 'silent' });
  mkdirSync(join(scratch, 'dev'));
  const shell = ['sh', join(__dirname, 'snapshot-dev.sh'), join(scratch, 'dev'), ...dev, '--'];
  return run(['unshare', '--mount', ...shell, process.execPath, outfile, file, scratch], { quiet: true });
}
