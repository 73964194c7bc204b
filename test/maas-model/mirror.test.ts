import { beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { type SmallPress, smallPress } from '../publication/made/small-press';
import { publishLoaders } from '../stages/loaders/made/published-loaders';
import type { Machine } from './deployments';
import { fetchFrom } from './reading/store-fetch';
import { StreamReader } from './reading/stream-reader';
import { models } from './sites';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const generic: Machine = { os: 'debian', release: 'bookworm', arch: 'amd64', kernel: 'generic' };

const publishBookworm = (press: SmallPress, serial: string) =>
  press.publish({ kernels: [{ kernel: generic.kernel }], serial });

describe.each(models)('%s', (_name, make) => {
  const siteOf = (press: SmallPress, keyring = signer.keyring, fetched: string[] = []) => {
    const fetch = fetchFrom(press.mirror, 'http://mirror');
    const counted: typeof fetch = (url) => {
      fetched.push(url);
      return fetch(url);
    };
    const reader = new StreamReader({ fetch: counted, keyring });
    const site = make({ reader });
    site.select(site.addSource('http://mirror/candidate'), generic.os, generic.release, generic.arch);
    return site;
  };

  it('deploys what was published, and what is published later', async () => {
    const press = smallPress(signer);
    const first = await publishBookworm(press, '20261120');
    const site = siteOf(press);
    await site.advance(61);
    expect(site.deploy(generic)).toMatchObject({ version: first.version, roots: { size: 1 } });

    press.turnClockTo('2026-11-21T08:30:00Z');
    const second = await publishBookworm(press, '20261121');
    await site.advance(130);

    expect(site.deploy(generic)).toMatchObject({ version: second.version, roots: { size: 1 } });
    expect([site.faults, site.outages()]).toEqual([[], []]);
  });

  it('deploys a newer kernel with a root that it has already, and fetches only the kernel', async () => {
    const press = smallPress(signer);
    await publishBookworm(press, '20261120');
    const fetched: string[] = [];
    const site = siteOf(press, signer.keyring, fetched);
    await site.advance(61);
    const before = site.deploy(generic);

    press.turnClockTo('2026-11-21T08:30:00Z');
    fetched.length = 0;
    const { version } = await press.publish({ kernels: [{ kernel: generic.kernel, version: '6.1.158-1' }] });
    const { squashfs } = (await press.version(generic.kernel, version ?? ''))?.items ?? {};
    expect(squashfs?.path).toBe('bookworm/amd64/20261120.083000/squashfs');
    await site.advance(130);

    expect(site.deploy(generic)).toMatchObject({ version, roots: 'roots' in before ? before.roots : 'none' });
    const files = fetched.filter((url) => !url.includes('/streams/')).map((url) => url.slice(url.lastIndexOf('/') + 1));
    expect(files.sort()).toEqual(['boot-initrd', 'boot-kernel']);
    expect([site.faults, site.outages()]).toEqual([[], []]);
  });

  it('has a kernel for each flavour of Debian that was published', async () => {
    const press = smallPress(signer);
    const { version } = await press.publish({
      kernels: [{ kernel: 'generic' }, { kernel: 'cloud' }],
      serial: '20261120',
    });
    const site = siteOf(press);
    await site.advance(61);

    const deployed = ['generic', 'generic-cloud'].map((kernel) => site.deploy({ ...generic, kernel }));

    expect(deployed).toMatchObject([
      { version, roots: { size: 1 } },
      { version, roots: { size: 1 } },
    ]);
    expect(new Set(deployed.map((one) => 'kernel' in one && one.kernel)).size).toBe(2);
  });

  it('unpacks the bootloaders that were published', async () => {
    const press = smallPress(signer);
    await publishBookworm(press, '20261120');
    await publishLoaders(press);
    const site = siteOf(press);

    await site.advance(61);

    expect([...site.loaders().keys()].sort()).toEqual([
      'open-firmware/ppc64el/grub2.tar.xz',
      'pxe/i386/syslinux.tar.xz',
      'uefi/amd64/grub2-signed.tar.xz',
      'uefi/amd64/shim-signed.tar.xz',
      'uefi/arm64/grub2-signed.tar.xz',
      'uefi/arm64/shim-signed.tar.xz',
    ]);
  });

  it('refuses what another key has signed, and a mirror that is not there', async () => {
    const press = smallPress(signer);
    await publishBookworm(press, '20261120');
    const [stranger, empty] = [await smallSigner('stranger'), smallPress(signer)];
    const sites = [siteOf(press, stranger.keyring), siteOf(empty)];

    for (const site of sites) await site.advance(61);

    expect(sites.map((site) => site.faults[0]?.message)).toEqual([
      expect.stringMatching('candidate/streams/v1/index.sjson: bad signature: '),
      'http://mirror/candidate/streams/v1/index.sjson: 404',
    ]);
    expect(sites.map(({ resources }) => resources)).toEqual([[], []]);
  });
});
