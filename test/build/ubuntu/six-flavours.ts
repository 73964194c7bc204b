import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { kernelOf, kernelsOf } from '../../../lib/catalog/kernels';
import { productFields, productId } from '../../../lib/catalog/products';
import { measureFile } from '../../../lib/store/digest';
import type { LookAlike } from '../../fixtures/images/look-alike';
import { kernelFilesOf } from '../../fixtures/images/look-alike/kernel-files';
import { maasMirror } from '../cli';
import { itemsIn, productIdsAt, soleVersionAt, versionsAt } from '../published';
import { ubuntuSite } from './ubuntu-site';

const flavours = kernelsOf('noble', 'amd64').map(({ name }) => name);

/**
 * Builds all six flavours of noble and expects of what is published all that images.maas.io has.
 * @param gate what the boot tests are to have said
 * @param more words of the build
 * @returns what the build printed as its progress
 */
export async function expectSixFlavours(
  noble: LookAlike,
  gate: 'passed' | 'waived',
  ...more: readonly string[]
): Promise<string> {
  await using site = await ubuntuSite(noble);
  const words = site.words('--kernel', flavours.join(','), ...more);
  const { code, out, err } = await maasMirror(words, { env: site.env });
  expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  expect(out).toMatch(/^✓ noble: amd64: published version 20261120\.\d{6}$/m);

  expect(await productIdsAt(site.mirror, 'noble')).toEqual(
    flavours.map((name) => productId(kernelOf('noble', 'amd64', name), 'candidate')).sort(),
  );
  const kernels = await kernelFilesOf(noble);
  const [version = ''] = await versionsAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' });
  for (const name of flavours) {
    const kernel = kernelOf('noble', 'amd64', name);
    const boot = `${kernel.subarch}/${kernel.kflavor}`;
    const items = await itemsIn(site.mirror, `noble/amd64/${version}`, boot, kernel.package);
    expect(await soleVersionAt({ mirror: site.mirror, release: 'noble', kernel: name })).toEqual({
      fields: productFields(kernel, 'candidate'),
      version,
      items,
      image_package: noble.images[name]?.name,
      gate,
    });
    expect(items['boot-kernel'].sha256, name).toBe(kernels[name]);
  }

  // The root and its manifest are the very ones that the stream offers.
  const root = await measureFile(join(site.mirror, `candidate/noble/amd64/${version}/squashfs`));
  expect(root).toEqual(await measureFile(noble.squashfs));
  expect(readFileSync(join(site.mirror, `candidate/noble/amd64/${version}/squashfs.manifest`))).toEqual(
    readFileSync(noble.manifest),
  );
  // Flavours that resolve to the same kernel were built once.
  expect(err.match(/Extract amd64 \S+ done/g)).toHaveLength(3);

  // What all of them bring came into the layer that they share, and no flavour unpacked it.
  const shared = ['amd64-microcode', 'intel-microcode', 'linux-firmware'];
  expect(unpackedIn(site.mirror, 'Prepare').filter((name) => shared.includes(name))).toEqual(shared);
  expect(unpackedIn(site.mirror, 'Extract')).toContain(noble.images.hwe?.name);
  expect(unpackedIn(site.mirror, 'Extract').filter((name) => !name.startsWith('linux-'))).toEqual([]);
  expect(unpackedIn(site.mirror, 'Extract')).not.toContain('linux-firmware');

  const verified = await maasMirror(['verify', site.mirror]);
  expect(verified.out).toMatch(/^✓ candidate: 6 products, 6 versions, 20 objects/);
  const again = await maasMirror(words, { env: site.env });
  expect(again.out).toMatch(/up to date/);
  expect(again.err).not.toMatch(/Fetch amd64 …/);
  return err;
}

/** Names of the packages that a stage's builds unpacked, by their logs. */
function unpackedIn(mirror: string, stage: string): string[] {
  const logs = `${mirror}.work/logs`;
  const files = readdirSync(logs, { recursive: true })
    .map(String)
    .filter((file) => basename(file).startsWith(stage));
  const texts = files.map((file) => readFileSync(join(logs, file), 'utf8'));
  return [...texts.join('\n').matchAll(/^Unpacking (\S+) \(/gm)].map(([, name = '']) => name).sort();
}
