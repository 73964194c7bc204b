import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { maasMirror } from '../build/cli';
import { moduleName, wantedModules } from '../build/initrd';
import { filesInInitrd, itemsIn, productIdsAt, soleVersionAt } from '../build/published';
import { ubuntuSite } from '../build/ubuntu/ubuntu-site';
import { type LookAlike, lookAlike } from '../fixtures/images/look-alike';
import { kernelFilesOf } from '../fixtures/images/look-alike/kernel-files';

let jammy: LookAlike;
beforeAll(async () => {
  jammy = await lookAlike('jammy', 'arm64');
});

it('builds an architecture that is not the machine’s own, boots its EFI kernel through firmware, and publishes it as ga and as hwe', async () => {
  await using site = await ubuntuSite(jammy);
  const { mirror } = site;
  const { code, out, err } = await maasMirror(site.words('--kernel', 'ga,hwe'), { env: site.env });
  expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  const [, version = ''] = /^✓ jammy: arm64: published version (20261120\.\d{6})$/m.exec(out) ?? [];
  expect(version).not.toBe('');
  expect(err.match(/Extract arm64 \S+ done/g)).toEqual(['Extract arm64 ga done']);

  expect(await productIdsAt(mirror, 'jammy')).toEqual([
    'com.ubuntu.maas.candidate:v3:boot:22.04:arm64:ga-22.04',
    'com.ubuntu.maas.candidate:v3:boot:22.04:arm64:hwe-22.04',
  ]);
  const kernels = await kernelFilesOf(jammy);
  for (const [kernel, kpackage] of [
    ['ga', 'linux-generic'],
    ['hwe', 'linux-generic-hwe-22.04'],
  ] as const) {
    const items = await itemsIn(mirror, `jammy/arm64/${version}`, `${kernel}-22.04/generic`, kpackage);
    expect(await soleVersionAt({ mirror, release: 'jammy', architecture: 'arm64', kernel })).toEqual({
      fields: {
        ...{ arch: 'arm64', os: 'ubuntu', label: 'candidate', release: 'jammy', krel: 'jammy', version: '22.04' },
        ...{ release_title: '22.04 LTS', release_codename: 'Jammy Jellyfish' },
        ...{ support_eol: '2027-06-01', support_esm_eol: '2032-04-21' },
        ...{ subarch: `${kernel}-22.04`, kflavor: 'generic' },
        subarches:
          'generic,hwe-p,hwe-q,hwe-r,hwe-s,hwe-t,hwe-u,hwe-v,hwe-w,ga-16.04,ga-16.10,ga-17.04,ga-17.10,ga-18.04,ga-18.10,ga-19.04,ga-19.10,ga-20.04,ga-20.10,ga-21.04,ga-21.10,ga-22.04',
      },
      version,
      items,
      image_package: jammy.images[kernel]?.name,
      gate: 'passed',
    });
    expect(items['boot-kernel'].sha256).toBe(kernels[kernel]);
    const held = await filesInInitrd(join(mirror, 'pool', items['boot-initrd'].path));
    const wanted = await wantedModules(jammy, kernel);
    expect(wanted.map(moduleName)).toEqual(expect.arrayContaining(['bonding', 'zfs']));
    const holds = [...wanted, 'scripts/rooturl', 'cryptroot/crypttab'];
    expect(holds.filter((path) => !held.includes(path))).toEqual([]);
  }

  const logs = join(`${mirror}.work`, 'logs');
  const [run = ''] = readdirSync(logs);
  const console = readFileSync(join(logs, run, 'BootTest-arm64-ga.log'), 'utf8');
  expect(console).toContain('booting ga in qemu-system-aarch64');
  // The kernel is in a PE file as stubble makes it, which only firmware starts.
  expect(console).toContain('UEFI firmware');
  expect(console).toContain('EFI stub: Booting Linux Kernel');
  expect(err).toMatch(/^BootTest arm64 ga: (Started|Finished|Reached target) /m);
  expect(console).toContain(`Linux version ${jammy.images.ga?.name.replace('linux-image-', '')}`);

  const verified = await maasMirror(['verify', mirror]);
  expect(verified).toMatchObject({ code: 0, out: expect.stringMatching(/^✓ candidate: 2 products, 2 versions, /) });
});
