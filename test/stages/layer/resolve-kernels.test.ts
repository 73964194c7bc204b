import { beforeAll, describe, expect, it } from 'vitest';
import { kernelOf } from '../../../lib/catalog/kernels';
import { BuildRequest } from '../../../lib/job/build-request';
import type { Job } from '../../../lib/job/job';
import { type Resolution, resolveKernels } from '../../../lib/stages/layer/resolve-kernels';
import { type LookAlike, lookAlike, serveArchive, withoutPackage, withPackage } from '../../fixtures/images/look-alike';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inImage, pocketsAt } from '../../fixtures/trees/in-image';

const packageOf = (kernel: string) => kernelOf('noble', 'amd64', kernel).package;

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

/** Higher versions that make the chain to a kernel another one. */
const unfinished = { name: packageOf('hwe-edge'), version: '99', depends: 'linux-image-99-generic' };
const empty = { name: packageOf('ga-lowlatency'), version: '99', depends: 'busybox' };

async function resolve(from: LookAlike, ...kernels: string[]): Promise<Resolution> {
  const wanted = { required: kernels.slice(0, 1), optional: kernels.slice(1) };
  const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], kernels: wanted });
  const job = { release: 'noble', architecture: 'amd64' } as Job;
  await using archive = await serveArchive(from.archive);
  return await inImage(from, pocketsAt(archive.url, from, 'release', 'updates'), (chroot) =>
    resolveKernels(chroot, job, request, 'shared'),
  );
}

describe('resolving kernels', () => {
  it('goes on without a flavour that the archive does not have, and without one that brings no kernel', async () => {
    const without = await withoutPackage(noble, temporaryFolder(), packageOf('hwe-lowlatency'));
    const from = await withPackage(without, temporaryFolder(), 'updates', empty);
    const { kernels, installed } = await resolve(from, 'ga', 'hwe-lowlatency', 'ga-lowlatency', 'hwe');

    expect(kernels).toMatchObject([
      { outcome: 'resolved', kernel: 'ga', imagePackage: noble.images.ga?.name },
      {
        outcome: 'missing',
        kernel: 'hwe-lowlatency',
        error: 'NoSuchPackage',
        message: expect.stringContaining(packageOf('hwe-lowlatency')),
      },
      {
        ...{ outcome: 'missing', kernel: 'ga-lowlatency', error: 'NoKernel' },
        message: `${packageOf('ga-lowlatency')} does not depend on a linux-image-<version> package: apt would install ${packageOf('ga-lowlatency')}`,
      },
      { outcome: 'resolved', kernel: 'hwe', imagePackage: noble.images.hwe?.name },
    ]);
    expect(Object.keys(installed)).toEqual(['ga', 'hwe']);
  });

  it('refuses an archive in the middle of an update, though only an optional flavour is unfinished', async () => {
    const from = await withPackage(noble, temporaryFolder(), 'updates', unfinished);
    await expect(resolve(from, 'ga', 'hwe-edge')).rejects.toMatchObject({
      name: 'NotReady',
      message: expect.stringContaining('has packages with unmet dependencies'),
    });
  });
});
