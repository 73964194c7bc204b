import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { measureFile } from '../../lib/store/digest';
import { maasMirror } from '../build/cli';
import { moduleName, wantedModules } from '../build/initrd';
import { filesInInitrd, itemsIn, productIdsAt, soleVersionAt, versionsAt } from '../build/published';
import { expectMadeUpRelease } from '../build/ubuntu/made-up';
import { gaUpTo1804, gaUpTo2004, letters } from '../build/ubuntu/subarches';
import { ubuntuSite } from '../build/ubuntu/ubuntu-site';
import { type LookAlike, type LookAlikeRelease, lookAlike } from '../fixtures/images/look-alike';
import { kernelFilesOf } from '../fixtures/images/look-alike/kernel-files';

const made: Partial<Record<LookAlikeRelease, LookAlike>> = {};
beforeAll(async () => {
  for (const release of ['xenial', 'focal', 'resolute'] as const) made[release] = await lookAlike(release);
});

/** Literally from facts/maas-products.md and facts/kernels.md. */
const cases = [
  {
    release: 'xenial',
    gate: 'waived',
    modules: ['bonding', 'zfs'],
    holds: ['scripts/rooturl', 'scripts/init-bottom/copymods'],
    lacks: ['cryptroot/crypttab'],
    fields: {
      version: '16.04',
      release_title: '16.04 LTS',
      release_codename: 'Xenial Xerus',
      support_eol: '2021-04-30',
      support_esm_eol: '2026-04-23',
    },
    flavours: {
      ga: ['16.04:amd64:ga-16.04', 'ga-16.04', 'generic', 'linux-generic', `${letters},ga-16.04`],
      'hwe-lowlatency-edge': [
        '16.04:amd64:hwe-16.04-lowlatency-edge',
        'hwe-16.04-edge',
        'lowlatency',
        'linux-lowlatency-hwe-16.04-edge',
        `${letters},ga-16.04,hwe-16.04,hwe-16.10,hwe-17.04,hwe-17.10,hwe-18.04`,
      ],
    },
  },
  {
    release: 'focal',
    gate: 'waived',
    modules: ['bonding', 'zfs'],
    holds: ['scripts/rooturl', 'scripts/init-bottom/copymods', 'cryptroot/crypttab'],
    lacks: [],
    fields: {
      version: '20.04',
      release_title: '20.04 LTS',
      release_codename: 'Focal Fossa',
      support_eol: '2025-05-29',
      support_esm_eol: '2030-04-23',
    },
    flavours: {
      'ga-lowlatency': [
        '20.04:amd64:ga-20.04-lowlatency',
        'ga-20.04',
        'lowlatency',
        'linux-image-lowlatency',
        `${letters},${gaUpTo2004}`,
      ],
      'hwe-edge': [
        '20.04:amd64:hwe-20.04-edge',
        'hwe-20.04-edge',
        'generic',
        'linux-generic-hwe-20.04-edge',
        `${letters},${gaUpTo1804},hwe-18.10,hwe-19.04,hwe-19.10,hwe-20.04`,
      ],
    },
  },
  {
    release: 'resolute',
    gate: 'waived',
    modules: ['bcache', 'bonding', 'nfit', 'openvswitch', 'raid1', 'st', 'zfs'],
    holds: [],
    lacks: [],
    fields: {
      version: '26.04',
      release_title: '26.04 LTS',
      release_codename: 'Resolute Raccoon',
      support_eol: '2031-05-29',
      support_esm_eol: '2036-04-23',
    },
    flavours: {
      'hwe-edge': [
        '26.04:amd64:hwe-26.04-edge',
        'hwe-26.04-edge',
        'generic',
        'linux-generic-hwe-26.04-edge',
        `${letters},${gaUpTo1804},hwe-18.10,hwe-19.04,hwe-19.10,hwe-20.04,hwe-22.04,hwe-24.04,hwe-26.04`,
      ],
    },
  },
] as const;

describe.each(cases)('building $release from its cloud image', (one) => {
  it(`publishes ${Object.keys(one.flavours).join(' and ')} as images.maas.io has them`, async () => {
    const { release, gate } = one;
    const look = made[release] as LookAlike;
    await using site = await ubuntuSite(look);
    const { mirror } = site;
    const words = ['--kernel', Object.keys(one.flavours).join(','), '--no-boot-test'];
    const { code, err } = await maasMirror(site.words(...words), { env: site.env });
    expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');

    const flavours = Object.entries(one.flavours);
    expect(await productIdsAt(mirror, release)).toEqual(
      flavours.map(([, [id]]) => `com.ubuntu.maas.candidate:v3:boot:${id}`).sort(),
    );
    const kernels = await kernelFilesOf(look);
    const [version = ''] = await versionsAt({ mirror, release, kernel: flavours[0]?.[0] ?? '' });
    expect(version).toMatch(/^20261120\.\d{6}$/);
    for (const [kernel, [, subarch, kflavor, kpackage, subarches]] of flavours) {
      const items = await itemsIn(mirror, `${release}/amd64/${version}`, `${subarch}/${kflavor}`, kpackage);
      expect(await soleVersionAt({ mirror, release, kernel })).toEqual({
        fields: {
          ...{ arch: 'amd64', os: 'ubuntu', label: 'candidate', release, krel: release },
          ...{ subarch, kflavor, subarches },
          ...one.fields,
        },
        version,
        items,
        image_package: look.images[kernel]?.name,
        gate,
      });
      // Of xenial's ga the signed copy of its kernel.
      expect(items['boot-kernel'].sha256, kernel).toBe(kernels[kernel]);

      const held = await filesInInitrd(join(mirror, 'pool', items['boot-initrd'].path));
      const wanted = await wantedModules(look, kernel);
      expect(wanted.map(moduleName)).toEqual(expect.arrayContaining([...one.modules]));
      expect([...wanted, ...one.holds].filter((path) => !held.includes(path))).toEqual([]);
      const unwanted: readonly string[] = ['.random-seed', ...one.lacks];
      expect(held.filter((path) => unwanted.includes(path) || path.includes('maas-mirror'))).toEqual([]);
    }
    expect(await measureFile(join(mirror, `pool/${release}/amd64/${version}/squashfs`))).toEqual(
      await measureFile(look.squashfs),
    );
    expect((await maasMirror(['verify', mirror])).code).toBe(0);
  });
});

it('building a release that only the stream knows publishes 27.04 with what the stream says of it, its kernel by rule', async () => {
  await expectMadeUpRelease(made.resolute as LookAlike, 'waived');
});
