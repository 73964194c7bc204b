import { createCipheriv } from 'node:crypto';
import { cp, mkdtemp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'vitest';
import { kernelOf } from '../lib/catalog/kernels';
import { releaseOf } from '../lib/catalog/releases';
import { BuildRequest } from '../lib/job/build-request';
import type { Job } from '../lib/job/job';
import { aptInstall, aptUpdate } from '../lib/machine/apt/apt';
import type { AptTree } from '../lib/machine/apt/apt-tree';
import { prepareInitramfs } from '../lib/machine/initramfs/initramfs';
import { enterChroot } from '../lib/machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../lib/machine/tree/mounts';
import { makeSquashfs, passingCompression } from '../lib/machine/tree/squashfs';
import { initramfsChoiceOf } from '../lib/stages/layer/initramfs-choice';
import { installCommon } from '../lib/stages/layer/packages-of-all-flavours';
import { resolveKernels } from '../lib/stages/layer/resolve-kernels';
import { makeDeb } from '../test/fixtures/archives/deb';
import { type SmallRelease, serveArchive, smallKernels, smallRelease } from '../test/fixtures/images/small-release';
import { signArchive } from '../test/fixtures/images/small-release/archive';
import { temporaryFolder } from '../test/fixtures/temporary-folder';
import { aptTree } from '../test/fixtures/trees/apt-tree';

/**
 * Installs three flavours whose packages depend on 100 MB of firmware, each on the layer that they share: with the firmware
 * in the layer, and with each flavour bringing it. Prints both times and sizes; compare the ratio. Wants root.
 */
it('installs firmware once', async () => {
  const folder = temporaryFolder();
  const from = await withFirmware(await smallRelease(), folder);
  for (const way of ['apart', 'once', 'apart again', 'once again']) {
    const { layer, flavours, bytes, size } = await measure(
      from,
      await mkdtemp(join(folder, 'work-')),
      way.startsWith('once'),
    );
    const seconds = `layer ${layer.toFixed(1)} s, flavours ${flavours.toFixed(1)} s, all ${(layer + flavours).toFixed(1)} s`;
    console.log(`${way.padEnd(12)} ${seconds}, ${mega(bytes)} fetched, layer of ${mega(size)}`);
  }
});

interface Measured {
  readonly layer: number;
  readonly flavours: number;
  readonly bytes: number;
  readonly size: number;
}

/** A copy of the small release whose kernels want firmware that no compression makes smaller. */
async function withFirmware(small: SmallRelease, folder: string): Promise<SmallRelease> {
  const archive = join(folder, 'archive');
  await cp(small.archive, archive, { recursive: true });
  const pool = join(archive, 'pool');
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  const files = Array.from({ length: 100 }, (_, at) => [
    `usr/lib/firmware/bench/${at}.bin`,
    noise.update(Buffer.alloc(1e6)),
  ]);
  await makeDeb(pool, { name: 'linux-firmware', version: '1', files: Object.fromEntries(files) });
  for (const flavour of smallKernels) {
    const { name, version } = small.images[flavour];
    const { package: meta } = kernelOf('bookworm', 'amd64', flavour);
    await makeDeb(pool, { name: meta, version: `${version}+firmware`, depends: `${name}, linux-firmware` });
  }
  await signArchive(archive, await readFile(small.signingKey, 'utf8'), { daysLater: 1 });
  return { ...small, archive };
}

async function measure(from: SmallRelease, scratch: string, once: boolean): Promise<Measured> {
  await using served = await serveArchive(from.archive);
  const repository = { uri: served.url, suite: 'bookworm', components: ['main'], keyring: from.keyring };
  const file = join(scratch, 'layer.squashfs');
  await using image = await mountSquashfs(from.base, scratch);
  const before = performance.now();
  await inTree([image.path], async (tree, upper) => {
    await prepareInitramfs(tree, initramfsChoiceOf(releaseOf('bookworm'), 'amd64'), 'buildspecs/initramfs');
    await aptUpdate(tree);
    const resolution = await resolveKernels(tree, job, request, '');
    if (once) await installCommon(tree, resolution);
    await makeSquashfs(upper, file, { compression: passingCompression, epoch: 1_748_736_000 });
  });
  const between = performance.now();
  for (const flavour of smallKernels) {
    await using layer = await mountSquashfs(file, scratch);
    await inTree([layer.path, image.path], (tree) =>
      aptInstall(tree, [kernelOf('bookworm', 'amd64', flavour).package]),
    );
  }
  const after = performance.now();
  const sizes = served.requests.map((path) =>
    stat(join(from.archive, path)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  return { layer: (between - before) / 1000, flavours: (after - between) / 1000, bytes, size: (await stat(file)).size };

  async function inTree(
    layers: readonly string[],
    work: (tree: AptTree, upper: string) => Promise<void>,
  ): Promise<void> {
    await using root = await mountOverlay(layers, scratch);
    await using chroot = await enterChroot(root.path, 'buildspecs');
    await using tree = await aptTree(chroot, image.path, [repository]);
    await work(tree, root.upper);
  }
}

const mega = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

const request = BuildRequest.parse({
  release: 'bookworm',
  architectures: ['amd64'],
  kernels: { required: [...smallKernels] },
});
const job = { release: 'bookworm', architecture: 'amd64' } as Job;
