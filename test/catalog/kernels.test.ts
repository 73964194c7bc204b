import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { architectureOf } from '../../lib/catalog/architectures';
import { kernelRows } from '../../lib/catalog/kernel-rows';
import {
  allKernelNames,
  architecturesOf,
  checkArchitecture,
  type Kernel,
  kernelOf,
  kernelsOf,
} from '../../lib/catalog/kernels';
import { releases } from '../../lib/catalog/releases';
import { refusalOf } from './refusal-of';

/** facts/kernels.md section 1. */
const rowCounts = {
  stonking: 5, // and hwe of resolute, the 8 of its 13: not in maas-images
  resolute: 13,
  questing: 5,
  plucky: 5,
  oracular: 6,
  noble: 21,
  mantic: 7,
  lunar: 7,
  kinetic: 9,
  jammy: 24,
  impish: 9,
  hirsute: 11,
  groovy: 11,
  focal: 27,
  bionic: 27,
  xenial: 27,
};

const ubuntuKernels = releases.filter(({ family }) => family === 'ubuntu').flatMap(({ name }) => kernelsOf(name));

test.each(Object.entries(rowCounts))('%s has %i kernels', (release, count) => {
  expect(kernelsOf(release)).toHaveLength(count);
});

/** What maas-images has no rows for: hwe of 26.04, and 26.10. */
const isOurs = ({ release, subarch }: Kernel) => release === 'stonking' || subarch.startsWith('hwe-26.04');

test('there are the 201 kernels of maas-images: 100 ga, 38 hwe, 38 edge, 25 special', () => {
  const known = ubuntuKernels.filter((kernel) => !isOurs(kernel));
  const count = (pattern: RegExp) => known.filter(({ subarch }) => pattern.test(subarch)).length;
  expect(known).toHaveLength(201);
  expect([count(/^ga-/), count(/^hwe-[\d.]+$/), count(/-edge$/), count(/^(xgene|generic)/)]).toEqual([100, 38, 38, 25]);
});

test('those 201 are as they were when only they were known', () => {
  const rows = ubuntuKernels
    .filter((kernel) => !isOurs(kernel))
    .map((kernel) => {
      const { ofRelease: _, ...row } = kernel;
      return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
    });
  expect(createHash('sha256').update(rows.sort().join('\n')).digest('hex')).toBe(
    '13f70f252d1889a3adb5a38219ac82eb7864f52180fb965c9c466b370bb73a3b',
  );
});

test('beyond them resolute has hwe and its edge where the archive has them, and stonking has ga', () => {
  const ours = ubuntuKernels.filter(isOurs).map(({ architecture, subarch, kflavor, package: name }) => {
    return [architecture, subarch, kflavor, name].join(' ');
  });
  expect(ours).toEqual([
    ...['', '-edge'].flatMap((edge) =>
      ['amd64', 'arm64', 'armhf', 'ppc64el'].map(
        (architecture) => `${architecture} hwe-26.04${edge} generic linux-generic-hwe-26.04${edge}`,
      ),
    ),
    ...five.map((architecture) => `${architecture} ga-26.10 generic linux-generic`),
  ]);
});

test('every release has kernels, and every row belongs to a release', () => {
  expect(Object.keys(kernelRows).sort()).toEqual(releases.map(({ name }) => name).sort());
});

test.each([
  ['xenial', 'i386', 'ga-lowlatency', 'ga-16.04', 'lowlatency', 'linux-lowlatency'],
  ['bionic', 'amd64', 'ga-lowlatency', 'ga-18.04', 'lowlatency', 'linux-lowlatency'],
  ['focal', 'amd64', 'ga-lowlatency', 'ga-20.04', 'lowlatency', 'linux-image-lowlatency'],
  ['focal', 'i386', 'hwe-lowlatency', 'hwe-20.04', 'lowlatency', 'linux-lowlatency-hwe-20.04'],
  ['jammy', 'arm64', 'hwe-lowlatency-edge', 'hwe-22.04-edge', 'lowlatency', 'linux-lowlatency-hwe-22.04-edge'],
  ['noble', 'amd64', 'ga', 'ga-24.04', 'generic', 'linux-generic'],
  ['noble', 's390x', 'hwe', 'hwe-24.04', 'generic', 'linux-generic-hwe-24.04'],
  ['noble', 'armhf', 'hwe-edge', 'hwe-24.04-edge', 'generic', 'linux-generic-hwe-24.04-edge'],
  ['lunar', 'armhf', 'generic-lpae', 'generic-lpae', 'generic-lpae', 'linux-generic-lpae'],
  ['bookworm', 'amd64', 'generic', 'generic', 'generic', 'linux-image-amd64'],
  ['bookworm', 'amd64', 'cloud', 'generic-cloud', 'generic', 'linux-image-cloud-amd64'],
  ['bookworm', 'arm64', 'rt', 'generic-rt', 'generic', 'linux-image-rt-arm64'],
])('%s %s %s is subarch %s, flavour %s, package %s', (release, architecture, name, subarch, kflavor, metaPackage) => {
  expect(kernelOf(release, architecture, name)).toMatchObject({
    release,
    architecture,
    name,
    subarch,
    kflavor,
    krel: release,
    package: metaPackage,
    suffix: '',
    built: true,
  });
});

test('X-Gene kernels are in the catalogue with the reason why they are not built', () => {
  const unbuilt = ubuntuKernels.filter(({ built }) => !built);
  expect(unbuilt).toHaveLength(16);
  expect(unbuilt.every(({ subarch, whyNotBuilt }) => subarch.startsWith('xgene-uboot') && whyNotBuilt)).toBe(true);
  expect(ubuntuKernels.filter(({ built, whyNotBuilt }) => built && whyNotBuilt)).toEqual([]);
  expect(kernelOf('kinetic', 'arm64', 'xgene-uboot')).toMatchObject({ suffix: '.xgene', package: 'linux-generic' });
  expect(kernelOf('xenial', 'arm64', 'xgene-uboot-mustang')).toMatchObject({
    suffix: '.xgene-mustang',
    dtb: 'apm-mustang.dtb',
  });
});

test('the flavour names of all kernels that are built are known', () => {
  expect(allKernelNames).toEqual([
    'cloud',
    'ga',
    'ga-lowlatency',
    'generic',
    'generic-lpae',
    'hwe',
    'hwe-edge',
    'hwe-lowlatency',
    'hwe-lowlatency-edge',
    'rt',
  ]);
});

const five = ['amd64', 'arm64', 'armhf', 'ppc64el', 's390x'];

test.each([
  ['xenial', [...five, 'i386']],
  ['bionic', [...five, 'i386']],
  ['focal', [...five, 'i386']],
  ['groovy', [...five, 'i386']],
  ['hirsute', [...five, 'i386']],
  ['impish', five],
  ['jammy', [...five, 'riscv64']],
  ['kinetic', five],
  ['lunar', five],
  ['mantic', [...five, 'riscv64']],
  ['noble', [...five, 'riscv64']],
  ['oracular', five],
  ['plucky', five],
  ['questing', five],
  ['resolute', five],
  ['stonking', five],
])('%s has ga kernels for %j, and no architecture besides', (release, architectures) => {
  expect(architecturesOf(release)).toEqual(architectures);
  expect(architecturesWith(release, 'ga')).toEqual(architectures);
});

test('bookworm has every kernel for amd64 and arm64', () => {
  expect(architecturesOf('bookworm')).toEqual(['amd64', 'arm64']);
  for (const name of ['generic', 'cloud', 'rt'])
    expect(architecturesWith('bookworm', name)).toEqual(['amd64', 'arm64']);
});

test.each([
  ['xenial', 'linux-lowlatency', ['amd64', 'i386']],
  ['bionic', 'linux-lowlatency', ['amd64', 'i386']],
  ['focal', 'linux-image-lowlatency', ['amd64', 'i386']],
  ['groovy', 'linux-image-lowlatency', ['amd64', 'i386']],
  ['hirsute', 'linux-image-lowlatency', ['amd64', 'i386']],
  ['impish', 'linux-image-lowlatency', ['amd64']],
  ['jammy', 'linux-image-lowlatency', ['amd64']],
  ['kinetic', 'linux-image-lowlatency', ['amd64']],
  ['lunar', 'linux-image-lowlatency', ['amd64']],
  ['mantic', 'linux-image-lowlatency', ['amd64']],
  ['noble', 'linux-image-lowlatency', ['amd64']],
  ['oracular', 'linux-image-lowlatency', ['amd64']],
])('the ga lowlatency kernel of %s is %s for %j', (release, metaPackage, architectures) => {
  const rows = kernelsOf(release).filter(({ name }) => name === 'ga-lowlatency');
  expect(rows.map((row) => row.package)).toEqual(architectures.map(() => metaPackage));
  expect(rows.map(({ architecture }) => architecture)).toEqual(architectures);
});

test.each([
  ['xenial', [...five, 'i386'], ['amd64', 'i386']],
  ['bionic', [...five, 'i386'], ['amd64', 'i386']],
  ['focal', [...five, 'i386'], ['amd64', 'i386']],
  ['jammy', five, ['amd64', 'arm64']],
  ['noble', five, ['amd64', 'arm64']],
])('hwe kernels of %s and their edge are for %j, lowlatency for %j', (release, generic, lowlatency) => {
  for (const name of ['hwe', 'hwe-edge']) expect(architecturesWith(release, name)).toEqual(generic);
  for (const name of ['hwe-lowlatency', 'hwe-lowlatency-edge']) {
    expect(architecturesWith(release, name)).toEqual(lowlatency);
  }
});

test('every architecture that has kernels can be looked up', () => {
  const names = releases.flatMap(({ name }) => architecturesOf(name));
  expect(names.map((name) => architectureOf(name).name)).toEqual(names);
});

test('kernels of one architecture are those of that architecture only, none of one that the release lacks', () => {
  expect(kernelsOf('noble', 'arm64').map(({ name }) => name)).toEqual([
    'ga',
    'hwe',
    'hwe-lowlatency',
    'hwe-edge',
    'hwe-lowlatency-edge',
  ]);
  expect(kernelsOf('noble', 'i386')).toEqual([]);
});

test('refuses a kernel that an architecture does not have and lists those that it has', () => {
  const refused = refusalOf(() => kernelOf('bookworm', 'arm64', 'hwe'));
  expect(refused).toMatchObject({ name: 'UnknownKernel', misuse: true });
  expect(refused.message).toBe('bookworm has no kernel "hwe" for arm64; it has generic, cloud, rt');
});

test('refuses an unknown kernel and says which of those that exist are not built', () => {
  expect(refusalOf(() => kernelOf('kinetic', 'arm64', 'hwe')).message).toBe(
    'kinetic has no kernel "hwe" for arm64; it has ga, xgene-uboot (not built), xgene-uboot-mustang (not built)',
  );
});

test('refuses an architecture that a release does not have and lists those that it has', () => {
  for (const act of [() => checkArchitecture('bookworm', 'x86_64'), () => kernelOf('bookworm', 'x86_64', 'generic')]) {
    const refused = refusalOf(act);
    expect(refused).toMatchObject({ name: 'UnknownArchitecture', misuse: true });
    expect(refused.message).toBe('bookworm has no architecture "x86_64"; it has amd64, arm64');
  }
});

test('refuses to tell the kernels and architectures of an unknown release', () => {
  expect(refusalOf(() => kernelsOf('trusty')).name).toBe('UnknownRelease');
  expect(refusalOf(() => architecturesOf('trusty')).name).toBe('UnknownRelease');
});

function architecturesWith(release: string, name: string): string[] {
  return kernelsOf(release)
    .filter((one) => one.name === name)
    .map(({ architecture }) => architecture);
}
