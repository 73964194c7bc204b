import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { initramfsPackages } from '../../../../lib/catalog/boot/initramfs';
import { releaseOf } from '../../../../lib/catalog/releases';
import { BuildRequest } from '../../../../lib/job/build-request';
import type { Job } from '../../../../lib/job/job';
import { aptInstall } from '../../../../lib/machine/apt/apt';
import type { AptTree } from '../../../../lib/machine/apt/apt-tree';
import { prepareInitramfs } from '../../../../lib/machine/initramfs/initramfs';
import { initramfsChoiceOf } from '../../../../lib/stages/layer/initramfs-choice';
import { type LookAlike, serveArchive } from '../../../fixtures/images/look-alike';
import { inImage, pocketsAt } from '../../../fixtures/trees/in-image';

/** Flavours of noble that bring firmware of their own accord, and an order of them. */
export const flavours = ['ga', 'hwe'] as const;
export const request = BuildRequest.parse({
  release: 'noble',
  architectures: ['amd64'],
  kernels: { required: [...flavours] },
});
export const job = { release: 'noble', architecture: 'amd64' } as Job;

/** Works in a tree as the prepare stage has it before it looks what the flavours are made of. */
export async function inPrepared<T>(from: LookAlike, work: (tree: AptTree) => Promise<T>): Promise<T> {
  await using archive = await serveArchive(from.archive);
  const release = releaseOf('noble');
  return await inImage(from, pocketsAt(archive.url, from, 'release', 'updates'), async (tree) => {
    await prepareInitramfs(tree, initramfsChoiceOf(release, 'amd64'), 'buildspecs/initramfs');
    await aptInstall(tree, [...initramfsPackages(release).map(({ name }) => name), 'zstd']);
    return work(tree);
  });
}

/** Names of the packages that dpkg unpacks meanwhile, by its log. */
export async function unpackedBy({ path }: AptTree, work: () => Promise<void>): Promise<string[]> {
  const log = () => readFileSync(join(path, 'var/log/dpkg.log'), 'utf8');
  const before = log().length;
  await work();
  return [
    ...log()
      .slice(before)
      .matchAll(/ install (\S+):\S+ /g),
  ]
    .map(([, name = '']) => name)
    .sort();
}
