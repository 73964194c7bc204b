import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { kernelOf, kernelsOf } from '../../lib/catalog/kernels';
import { productFields, productId } from '../../lib/catalog/products';
import type { Product, Products, Version } from '../../lib/simplestreams/types';
import { readView } from '../../lib/stages/published-view';
import { measureFile } from '../../lib/store/digest';
import { openMirrorDirectory } from '../../lib/store/open';
import { type LookAlike, lookAlike } from '../fixtures/look-alike';
import { maasMirror } from './cli';
import { ubuntuSite } from './ubuntu-site';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
}, 300_000);

const flavours = kernelsOf('noble', 'amd64').map(({ name }) => name);

describe('building noble from its cloud image', { timeout: 900_000 }, () => {
  it('publishes all six flavours of amd64 as images.maas.io has them, each from its own package', async () => {
    await using site = await ubuntuSite(noble);
    const words = site.words('--kernel', flavours.join(','));
    const { code, out, err } = await maasMirror(words, { env: site.env });
    expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
    expect(out).toMatch(/^✓ noble: amd64: published version 20261120$/m);

    const { products } = await documentOf(site.mirror);
    expect(Object.keys(products).sort()).toEqual(
      flavours.map((name) => productId(kernelOf('noble', 'amd64', name), 'candidate')).sort(),
    );
    for (const name of flavours) {
      const kernel = kernelOf('noble', 'amd64', name);
      const { versions, inputs, ...fields } = products[productId(kernel, 'candidate')] as Product;
      expect(inputs).toMatch(/^[0-9a-f]{64}$/);
      expect(fields).toEqual(productFields(kernel, 'candidate'));
      expect(Object.keys(versions)).toEqual(['20261120']);
      const { items, image_package, gate } = versions['20261120'] as Version;
      expect({ name, image_package, gate }).toEqual({
        name,
        image_package: noble.images[name]?.name,
        gate: 'passed',
      });
      const boot = `noble/amd64/20261120/${kernel.subarch}/${kernel.kflavor}`;
      expect(items).toEqual({
        squashfs: await itemAt(site.mirror, 'squashfs', 'noble/amd64/20261120/squashfs'),
        manifest: await itemAt(site.mirror, 'manifest', 'noble/amd64/20261120/squashfs.manifest'),
        'boot-kernel': await itemAt(site.mirror, 'boot-kernel', `${boot}/boot-kernel`, kernel.package),
        'boot-initrd': await itemAt(site.mirror, 'boot-initrd', `${boot}/boot-initrd`, kernel.package),
      });
    }

    // The root and its manifest are the very ones that the stream offers.
    const root = await measureFile(join(site.mirror, 'candidate/noble/amd64/20261120/squashfs'));
    expect(root).toEqual(await measureFile(noble.squashfs));
    expect(readFileSync(join(site.mirror, 'candidate/noble/amd64/20261120/squashfs.manifest'))).toEqual(
      readFileSync(noble.manifest),
    );
    // Flavours that resolve to the same kernel were built once.
    expect(err.match(/Extract amd64 \S+ done/g)).toHaveLength(3);

    const verified = await maasMirror(['verify', site.mirror]);
    expect(verified.out).toMatch(/^✓ candidate: 6 products, 6 versions, 20 objects/);
    const again = await maasMirror(words, { env: site.env });
    expect(again.out).toMatch(/nothing is new/);
    expect(again.err).not.toMatch(/Fetch amd64 …/);
  });

  it('publishes the same documents from the same inputs, but for when they were signed', async () => {
    await using site = await ubuntuSite(noble);
    const published: unknown[] = [];
    for (const _ of ['once', 'again']) {
      const { code, err } = await maasMirror(site.words('--kernel', 'ga', '--no-boot-test'), { env: site.env });
      expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
      published.push(JSON.parse(JSON.stringify(await documentOf(site.mirror), timeless)));
      rmSync(site.mirror, { recursive: true });
    }
    expect(published[0]).toEqual(published[1]);
  });
});

const timeless = (name: string, value: unknown) => (name === 'updated' ? undefined : value);

async function documentOf(mirror: string): Promise<Products> {
  const store = await openMirrorDirectory(mirror, { create: false });
  const { documents } = await readView('candidate', { mirror: store });
  const document = documents.get('com.ubuntu.maas:candidate:v3:download')?.document;
  expect(document).toBeDefined();
  return document as Products;
}

async function itemAt(mirror: string, ftype: string, path: string, kpackage?: string): Promise<object> {
  const file = join(mirror, 'pool', path);
  expect(existsSync(file), path).toBe(true);
  return { ftype, path, ...(await measureFile(file)), ...(kpackage && { kpackage }) };
}
