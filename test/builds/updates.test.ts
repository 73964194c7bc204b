import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelOf } from '../../lib/catalog/kernels';
import { BuildRequest } from '../../lib/job/build-request';
import { checkForUpdates } from '../../lib/stages/plan';
import { openMirrorDirectory } from '../../lib/store/open';
import { type Ended, maasMirror } from '../build/cli';
import { newestAt, productAt, versionsAt } from '../build/published';
import { type UbuntuSite, ubuntuSite } from '../build/ubuntu/ubuntu-site';
import { type LookAlike, lookAlike, withNewerKernel, withoutPackage, withPackage } from '../fixtures/images/look-alike';
import { servePpas } from '../fixtures/images/look-alike/launchpad';
import { cloudInit, motdNewsConfig } from '../fixtures/images/look-alike/packages';
import { makePpa, uploadTo } from '../fixtures/images/look-alike/ppa';
import { temporaryFolder } from '../fixtures/temporary-folder';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

/** Builds into a site's mirror; what was published is in the answer, flavour by flavour. */
async function build(site: UbuntuSite, kernels: string, ...more: string[]): Promise<Ended & { versions: string }> {
  const built = await maasMirror(site.words('--kernel', kernels, '--no-boot-test', ...more), { env: site.env });
  expect(`${built.code}\n${built.code === 0 ? '' : built.err}`).toBe('0\n');
  const counts = kernels.split(',').map(async (kernel) => `${kernel} ${(await names(site, kernel)).length}`);
  return { ...built, versions: (await Promise.all(counts)).join(', ') };
}

const names = (site: UbuntuSite, kernel: string, view?: string) =>
  versionsAt({ mirror: site.mirror, release: 'noble', kernel, ...(view && { view }) });

/** Paths of the roots of the flavours' newest versions, each once. */
async function rootsOf(site: UbuntuSite, ...kernels: string[]): Promise<string[]> {
  const versions = kernels.map((kernel) => newestAt({ mirror: site.mirror, release: 'noble', kernel }));
  return [...new Set((await Promise.all(versions)).map(({ items }) => items.squashfs?.path ?? ''))];
}

const named = expect.stringMatching(/^20261120\.\d{6}$/);

describe('what counts as news', () => {
  let site: UbuntuSite;
  let first: Awaited<ReturnType<typeof build>>;
  // The mirror that the first two tests go on with, each in a view of its own.
  beforeAll(async () => {
    site = await ubuntuSite(noble, {}, mkdtempSync(join(tmpdir(), 'news-')));
    first = await build(site, 'ga,hwe');
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    rmSync(site.folder, { recursive: true });
  });

  it('is all of a mirror that has nothing yet', async () => {
    expect(first.versions).toBe('ga 1, hwe 1');
    expect(await names(site, 'ga')).toEqual([named]);
  });

  it('is an upload to the PPA of a view, and of that view only', async () => {
    const ppa = await makePpa(temporaryFolder(), {
      ...{ owner: 'o', name: 'n', release: 'noble', detached: true }, // as not every archive has an InRelease
      packages: [await cloudInit('25.1-0ubuntu1~ppa1')],
    });
    await using launchpad = await servePpas(ppa);
    const words = [
      ...['--view', 'next', '--ppa', 'o/n', '--ppas', launchpad.url, '--launchpad', launchpad.api],
      ...['--compression', 'lz4'], // nobody looks into it
    ];

    await maasMirror(site.words('--kernel', 'ga', '--no-boot-test', ...words), { env: site.env });
    const again = await maasMirror(site.words('--kernel', 'ga', '--no-boot-test', ...words), { env: site.env });
    expect(again.out).toMatch(/up to date: archive/);
    expect(await names(site, 'ga', 'next')).toHaveLength(1);

    await uploadTo(ppa, await cloudInit('25.2-0ubuntu1~ppa1'));
    await maasMirror(site.words('--kernel', 'ga', '--no-boot-test', ...words), { env: site.env });
    expect(await names(site, 'ga', 'next')).toHaveLength(2);
    expect(await names(site, 'ga', 'candidate')).toHaveLength(1);
  });

  it('gives exactly the right products exactly the right new versions', async () => {
    // Nothing at all: known by a look at the sources.
    const nothing = await build(site, 'ga,hwe');
    expect(nothing.out).toMatch(/✓ noble: up to date: archive, base image and recipe/);
    expect(nothing.err).not.toMatch(/Fetch amd64 …/);

    // The archive has a newer kernel for one of the two.
    site.archive = await withNewerKernel(noble, temporaryFolder(), 'hwe');
    const kernel = await build(site, 'ga,hwe');
    expect(kernel.versions).toBe('ga 1, hwe 2');
    expect(kernel.err).not.toMatch(/Extract amd64 ga/);
    expect(await rootsOf(site, 'ga', 'hwe')).toEqual([
      expect.stringMatching(/^noble\/amd64\/20261120\.\d{6}\/squashfs$/),
    ]);
    expect((await names(site, 'hwe')).at(-1)).toMatch(/^\d{8}\.\d{6}$/);

    // Something else has changed in the archive: looked at once, known from then on.
    site.archive = await withPackage(site.archive, temporaryFolder(), 'updates', motdNewsConfig('14ubuntu1'));
    const other = await build(site, 'ga,hwe');
    expect([other.versions, other.out]).toEqual(['ga 1, hwe 2', expect.stringMatching(/✓ noble: amd64: up to date$/m)]);
    expect(other.err).toMatch(/Prepare amd64 done/);
    const known = await build(site, 'ga,hwe');
    expect(known.err).not.toMatch(/Fetch amd64 …/);

    // One flavour more is ordered.
    const more = await build(site, 'ga,hwe,ga-lowlatency');
    expect(more.versions).toBe('ga 1, hwe 2, ga-lowlatency 1');
    expect((await names(site, 'ga-lowlatency')).at(-1)).toMatch(/^\d{8}\.\d{6}$/);
    expect(await rootsOf(site, 'ga', 'hwe', 'ga-lowlatency')).toHaveLength(1);

    // Upstream's re-spin sorts below some builds of that day, and is the newest in any case.
    await site.offer('20261120.1', { manifest: readFileSync(noble.manifest), squashfs: respun(noble) });
    const respin = await build(site, 'ga,hwe');
    expect(respin.versions).toBe('ga 2, hwe 3');
    for (const flavour of ['ga', 'hwe']) {
      const [newest = '', before = ''] = (await names(site, flavour)).reverse();
      expect(newest > before).toBe(true);
      const product = await productAt({ mirror: site.mirror, release: 'noble', kernel: flavour });
      expect(product?.versions[newest]?.serial).toBe('20261120.1');
    }
    expect(await rootsOf(site, 'ga', 'hwe')).toHaveLength(1);
    const verified = await maasMirror(['verify', site.mirror]);
    expect(verified.code).toBe(0);

    // A rebuild is what its word says.
    expect((await build(site, 'ga', '--rebuild')).versions).toBe('ga 3');
  });

  it('is no flavour that the archive does not have, but a boot test that was waived, and no base that went back', async () => {
    const edge = kernelOf('noble', 'amd64', 'hwe-edge').package;
    await using site = await ubuntuSite(await withoutPackage(noble, temporaryFolder(), edge));
    const optional = ['--optional-kernel', 'hwe-edge'];
    const first = await build(site, 'ga', ...optional);
    expect(first.out).toMatch(/✓ noble: amd64: published version 20261120\.\d{6}, without hwe-edge$/m);

    // Known by a look from then on.
    const again = await build(site, 'ga', ...optional);
    expect(again.out).toMatch(/✓ noble: up to date: archive, base image and recipe/);
    expect(again.err).not.toMatch(/Fetch amd64 …/);

    // Whoever wants it booted does not have it yet.
    expect(await lookAt(site, { bootTest: false })).toBe(false);
    expect(await lookAt(site, { bootTest: true })).toBe(true);

    // The stream goes back: somebody plays an older one again, or a mirror of it is behind.
    rmSync(site.stream, { recursive: true });
    await site.offer('20261119', { squashfs: respun(noble) });
    const behind = await maasMirror(site.words('--kernel', 'ga', '--no-boot-test'), { env: site.env });
    expect(behind.err).toMatch(/Select amd64 failed: .* available is 20261119, but ga was published from 20261120/);
    expect([behind.code, await names(site, 'ga')]).toEqual([3, [named]]);

    // Which is what somebody may want.
    const back = await build(site, 'ga', '--serial', '20261119');
    expect(back.versions).toBe('ga 2');
    expect((await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' })).serial).toBe('20261119');
  });
});

/** Whether Plan finds anything new in an order of ga, and hwe-edge where there is one. */
async function lookAt(site: UbuntuSite, { bootTest }: { readonly bootTest: boolean }): Promise<boolean> {
  const request = BuildRequest.parse({
    ...{ release: 'noble', architectures: ['amd64'], bootTest, sources: site.sources() },
    kernels: { required: ['ga'], optional: ['hwe-edge'] },
  });
  const mirror = await openMirrorDirectory(site.mirror, { create: false });
  return (await checkForUpdates(request, { mirror, scratch: temporaryFolder(), tools: '' })).updates;
}

/** The same image, repacked upstream: other bytes behind the file system. */
function respun({ squashfs }: LookAlike): Buffer {
  return Buffer.concat([readFileSync(squashfs), Buffer.alloc(4096)]);
}
