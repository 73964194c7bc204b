import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { archivesDigest } from '../../lib/machine/apt/in-release';
import { verifyMirror } from '../../lib/operations/verify';
import { changeView } from '../../lib/publication/change-view';
import type { Change } from '../../lib/publication/state/view-content';
import { checkProducts } from '../../lib/simplestreams/contract/check-products';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { publishBootloaders } from '../../lib/stages/publish-bootloaders';
import { makeBuiltLoaders } from '../fixtures/mirrors/built-loaders';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../publication/made/small-press';
import { loadersOf, publishLoaders } from './loaders/made/published-loaders';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const uefi = 'com.ubuntu.maas.candidate:1:grub-efi-signed:uefi:amd64';
const arm = 'com.ubuntu.maas.candidate:1:grub-efi:uefi:arm64';
const pxe = 'com.ubuntu.maas.candidate:1:pxelinux:pxe:i386';
const power = 'com.ubuntu.maas.candidate:1:grub-ieee1275:open-firmware:ppc64el';
const newerShim = { 'amd64/shim-signed': '1.59+15.8-0ubuntu2' };

async function versionsOf(press: SmallPress, id: string): Promise<string[]> {
  return Object.keys((await loadersOf(press))?.products[id]?.versions ?? {}).sort();
}

/** Adds a version with this name to one product, as an older release made it. */
const numbered =
  (name: string): Change =>
  ({ documents }) => {
    const [[id, document] = ['', undefined]] = documents;
    const product = document?.products[uefi];
    const [version] = Object.values(product?.versions ?? {});
    if (document === undefined || product === undefined || version === undefined) return undefined;
    const products = {
      ...document.products,
      [uefi]: { ...product, versions: { ...product.versions, [name]: version } },
    };
    return { documents: new Map([...documents, [id, { ...document, products }]]), note: { what: 'publish' } };
  };

describe('publishing bootloaders', () => {
  it('gives every field of the worked example', async () => {
    const press = smallPress(signer);
    press.turnClockTo('2026-12-11T04:11:09Z');

    const published = await publishLoaders(press, { execution: 'loaders-1' });

    const version = '20261211.041109';
    expect(published).toMatchObject({ products: [pxe, uefi, arm, power].map((product) => ({ product, version })) });
    const document = await loadersOf(press);
    expect(Object.keys(document?.products ?? {}).sort()).toEqual([uefi, arm, power, pxe].sort());
    const item = (path: string, name: string, src_version: string) => ({
      ftype: 'archive.tar.xz',
      path: `bootloaders/${path}/20261211.041109/${name}.tar.xz`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      size: 64,
      src_package: name,
      src_release: 'noble',
      src_version,
    });
    expect(document).toMatchObject({
      content_id: 'com.ubuntu.maas:candidate:1:bootloader-download',
      datatype: 'image-downloads',
      format: 'products:1.0',
      updated: 'Fri, 11 Dec 2026 04:11:09 +0000',
    });
    expect(document?.products[uefi]).toEqual({
      arch: 'amd64',
      arches: 'amd64',
      'bootloader-type': 'uefi',
      label: 'candidate',
      os: 'grub-efi-signed',
      versions: {
        [version]: {
          items: {
            'grub2-signed': item('uefi/amd64', 'grub2-signed', '1.202.9+2.12-1ubuntu7.9'),
            'shim-signed': item('uefi/amd64', 'shim-signed', '1.58.2+15.8-0ubuntu2'),
          },
        },
      },
    });
    expect(document?.products[pxe]).toEqual({
      arch: 'i386',
      arches: 'i386, amd64',
      'bootloader-type': 'pxe',
      label: 'candidate',
      os: 'pxelinux',
      versions: {
        [version]: {
          items: { syslinux: item('pxe/i386', 'syslinux', '3:6.04~git20190206.bf6db5b4+dfsg1-3ubuntu3') },
        },
      },
    });
    expect(document?.products[power]?.versions[version]?.items).toMatchObject({
      grub2: { src_release: 'xenial', path: 'bootloaders/open-firmware/ppc64el/20261211.041109/grub2.tar.xz' },
    });
    expect(checkProducts(document)).toEqual([]);
    const claim = await press.bytes('pool/bootloaders/uefi/amd64/20261211.041109/claim.json');
    expect(JSON.parse(`${claim}`)).toEqual({ execution: 'loaders-1' });
  });

  it('gives a mirror in which nothing is wrong, beside images and in several views', async () => {
    const press = smallPress(signer);
    await press.publish();
    await publishLoaders(press);
    await publishLoaders(press, { view: 'stable' });
    await publishLoaders(press, { versions: newerShim });

    const report = await verifyMirror(press.mirror, { scratch: temporaryFolder() });

    expect(report.problems).toEqual([]);
    expect(report.views.map(({ view, products, versions }) => `${view} ${products} ${versions}`)).toEqual([
      'candidate 6 7',
      'stable 4 4',
    ]);
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
  });

  it('is noticed by verify where a loader is changed afterwards', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    const key = 'pool/bootloaders/uefi/amd64/20261120.083000/grub2-signed.tar.xz';
    await press.mirror.replace(key, Buffer.alloc(64), {});

    const report = await verifyMirror(press.mirror, { scratch: temporaryFolder() });

    expect(report.problems).toMatchObject([{ object: key, rule: 'sha256' }]);
  });

  it('publishes nothing where the packages are those of the newest versions', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    const [index, keys] = [await press.bytes(layout.index('candidate')), await press.keys()];
    press.turnClockTo('2026-11-21T08:30:00Z');

    expect(await publishLoaders(press)).toMatchObject({ products: [] });

    expect(await press.bytes(layout.index('candidate'))).toEqual(index);
    expect(await press.keys()).toEqual(keys);
  });

  it('publishes a rebuild once, though it is tried again after it could not say so', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    await publishLoaders(press, { execution: 'redriven', rebuild: true });

    expect(await publishLoaders(press, { execution: 'redriven', rebuild: true })).toMatchObject({ products: [] });

    expect(await versionsOf(press, uefi)).toEqual(['20261120.083000', '20261120.083001']);
    expect((await publishLoaders(press, { rebuild: true })).products).toHaveLength(4);
  });

  it('renews what the archives offered, though nothing came of it', async () => {
    const press = smallPress(signer);
    const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
    const inputsIn = async () => Object.values((await loadersOf(press))?.products ?? {}).map(({ inputs }) => inputs);
    await publishLoaders(press, { inputs: archivesDigest([first]) ?? '', inReleases: [first] });

    const inputs = archivesDigest([second]) ?? '';
    expect(await publishLoaders(press, { inputs, inReleases: [second] })).toMatchObject({ products: [] });
    expect(await inputsIn()).toEqual(Array(4).fill(inputs));
    // Another machine of the archive's has answered the build.
    await publishLoaders(press, { inputs, inReleases: [first] });
    expect(await inputsIn()).toEqual(Array(4).fill(undefined));
    expect(await versionsOf(press, uefi)).toEqual(['20261120.083000']);
  });

  it('gives a new version to just the product whose package is newer', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);

    const published = await publishLoaders(press, { versions: newerShim });

    expect(published).toMatchObject({ products: [{ product: uefi, version: '20261120.083001' }] });
    expect(await versionsOf(press, uefi)).toEqual(['20261120.083000', '20261120.083001']);
    expect(await versionsOf(press, arm)).toEqual(['20261120.083000']);
  });

  it('looks at the newest version only, so that a package that went back is news', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    await publishLoaders(press, { versions: newerShim });

    expect(await publishLoaders(press)).toMatchObject({ products: [{ product: uefi, version: '20261120.083002' }] });
  });

  it('passes over the names that others have claimed', async () => {
    const press = smallPress(signer);
    await press.mirror.create(layout.bootloaderClaim('uefi', 'arm64', '20261120.083000'), Buffer.from('other'));

    const { products } = await publishLoaders(press);

    expect(products.map(({ version }) => version)).toEqual([
      '20261120.083000',
      '20261120.083000',
      '20261120.083001',
      '20261120.083000',
    ]);
  });

  it('goes on above what an older release has numbered', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    await changeView('candidate', numbered('20261120.9'), press);

    const { products } = await publishLoaders(press, { versions: newerShim });

    expect(products).toEqual([{ product: uefi, version: '20261120.9.083000' }]);
    expect(checkProducts(await loadersOf(press))).toEqual([]);
  });

  it('refuses a loader that the catalogue does not have', async () => {
    const press = smallPress(signer);
    const { folder, built } = await makeBuiltLoaders(press.work, { execution: 'run' });
    const [first] = built.result.products;
    const products = first === undefined ? [] : [{ ...first, architecture: 'amd64' }];

    const refused = publishBootloaders(
      {
        view: 'candidate',
        execution: 'run',
        folder,
        inputs: '',
        built: { ...built, result: { ...built.result, products } },
      },
      press,
    );

    await expect(refused).rejects.toMatchObject({
      name: 'BadInput',
      message: 'no bootloader pxelinux for pxe amd64',
    });
    expect(await press.keys()).toEqual([]);
  });

  it('refuses an artefact that is not what its build measured', async () => {
    const press = smallPress(signer);
    const made = await makeBuiltLoaders(press.work, { execution: 'run' });
    const changed = JSON.parse(JSON.stringify(made).replace(/"sha256":"[0-9a-f]{64}"/, `"sha256":"${'0'.repeat(64)}"`));

    const refused = publishBootloaders({ view: 'candidate', execution: 'run', inputs: '', ...changed }, press);

    await expect(refused).rejects.toMatchObject({ name: 'ChecksumMismatch' });
    expect(await press.bytes(layout.index('candidate'))).toBeUndefined();
  });

  it('refuses another key than the mirror’s', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    const other = await smallSigner('somebody else');
    const keys = await press.keys();

    await expect(publishLoaders(press, { versions: newerShim }, { signer: other })).rejects.toMatchObject({
      name: 'BadSignature',
    });
    expect(await press.keys()).toEqual(keys);
  });
});
