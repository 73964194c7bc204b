import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../../lib/machine/run';
import { mountOverlay } from '../../../lib/machine/tree/mounts';
import { makeSquashfs, passingCompression } from '../../../lib/machine/tree/squashfs';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

describe('a squashfs', () => {
  it('is mounted where /dev has no node of a loop device, but the kernel has such devices', async () => {
    expect(await mountWith([...nodes, 'loop-control:c:10:237'])).toBe('mounted: inside');
  });

  it('is unpacked where there are no loop devices', async () => {
    expect(await mountWith(nodes)).toBe('unpacked: inside');
  });
});

describe('an overlay', () => {
  it('shows what was written over its layers, and leaves nothing mounted', async () => {
    const scratch = temporaryFolder();
    const lower = temporaryFolder();
    writeFileSync(join(lower, 'below'), '');
    {
      await using overlay = await mountOverlay([lower], scratch);
      writeFileSync(join(overlay.path, 'above'), '');
      expect(readdirSync(overlay.path).sort()).toEqual(['above', 'below']);
      expect(readdirSync(overlay.upper)).toEqual(['above']);
      expect(mountsBelow(scratch)).toEqual(['tmpfs', 'overlay']);
    }
    expect(mountsBelow(scratch)).toEqual([]);
  });

  it('lies on four layers far down in a machine, in folders of any name, said in fewer than the 256 bytes that fsconfig takes', async () => {
    const far = join(temporaryFolder(), 'a:b,c\\d', 'x'.repeat(200));
    const layers = [1, 2, 3, 4].map((layer) => join(far, `layer-${layer}`));
    for (const layer of layers) mkdirSync(layer, { recursive: true });
    for (const layer of layers) writeFileSync(join(layer, 'which'), layer.slice(-1));
    writeFileSync(join(far, 'layer-4/lowest'), '');
    await using overlay = await mountOverlay(layers, far);

    expect(readFileSync(join(overlay.path, 'which'), 'utf8')).toBe('1');
    expect(readdirSync(overlay.path).sort()).toEqual(['lowest', 'which']);
    // Only the kernel's own list escapes names, so it is found by a part without them.
    const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const told = lines.find((line) => line.includes(' overlay ') && line.includes(`${'x'.repeat(200)}/overlay-`));
    expect(told).toMatch(/lowerdir=0:1:2:3,upperdir=upper,workdir=work/);
  });

  it('may take as much memory as nine tenths of what the container has', async () => {
    const scratch = temporaryFolder();
    vi.spyOn(process, 'constrainedMemory').mockReturnValueOnce(2 ** 30);
    await using _overlay = await mountOverlay([temporaryFolder()], scratch);

    const [, kilobytes] = /size=(\d+)k/.exec(mountLines(scratch).find((line) => / tmpfs /.test(line)) ?? '') ?? [];
    expect(Math.abs(Number(kilobytes) - 0.9 * 2 ** 20)).toBeLessThanOrEqual(4); // whole pages
  });

  it('refuses a layer that is not there, and leaves nothing mounted', async () => {
    const scratch = temporaryFolder();

    await expect(mountOverlay([join(scratch, 'missing')], scratch)).rejects.toMatchObject({ name: 'CommandFailed' });
    expect(mountsBelow(scratch)).toEqual([]);
  });
});

/** The types of what is mounted there, in its order. */
function mountsBelow(folder: string): string[] {
  return mountLines(folder).map((line) => line.split(' ')[2] ?? '');
}

function mountLines(folder: string): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.filter((line) => line.split(' ')[1]?.startsWith(folder));
}

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
