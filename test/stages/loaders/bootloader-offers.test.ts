import { describe, expect, it } from 'vitest';
import type { BuiltBootloaders, BuiltLoaderItem } from '../../../lib/job/handed-on/bootloaders';
import { reusesNothing } from '../../../lib/publication/offers/offered-files';
import { addVersions } from '../../../lib/simplestreams/merge';
import type { Products } from '../../../lib/simplestreams/types';
import { loaderAdditions, loaderOffersOf, loaderUpdates } from '../../../lib/stages/loaders/bootloader-offers';

const uefi = 'com.ubuntu.maas.site:1:grub-efi-signed:uefi:amd64';
const loader = { os: 'grub-efi-signed', firmware: 'uefi', architecture: 'amd64' };

const item = (name: string, version: string, release = 'noble'): BuiltLoaderItem => ({
  ...{ artefact: { sha256: 'a'.repeat(64), size: 64 }, package: name, version, release },
});

/** What a build of one loader, which is made of two packages, hands on. */
function builtOf(changes: Partial<Record<'shim-signed' | 'grub2-signed', BuiltLoaderItem>> = {}): BuiltBootloaders {
  const items = {
    'shim-signed': item('shim-signed', '1.58'),
    'grub2-signed': item('grub2-signed', '2.12'),
    ...changes,
  };
  return { products: [{ ...loader, items }], inReleases: [] };
}

const offersOf = (built = builtOf(), inputs = '') => loaderOffersOf('site', inputs, built);
const at = new Date('2026-11-20T08:30:00Z');
const claimed = (version: string) => new Map([[uefi, { version, reuse: reusesNothing }]]);

/** The document of a view where this was published, one version after the other. */
function publishedBy(...versions: readonly (readonly [name: string, built: BuiltBootloaders])[]): Products | undefined {
  return versions.reduce<Products | undefined>(
    (document, [name, built]) =>
      addVersions(document, 'id', loaderAdditions(offersOf(built), document, claimed(name), true), at),
    undefined,
  );
}

describe('what a build of bootloaders offers', () => {
  it('is its product of the view, with what the archives offered where that is known', () => {
    const [offer] = offersOf(builtOf(), 'digest');

    expect(offer).toMatchObject({ productId: uefi, items: builtOf().products[0]?.items, loader });
    const fields = { arch: 'amd64', arches: 'amd64', 'bootloader-type': 'uefi', label: 'site', os: 'grub-efi-signed' };
    expect(offer?.fields).toEqual({ ...fields, inputs: 'digest' });
    expect(offersOf()[0]?.fields).toEqual(fields);
  });

  it.each([
    { os: 'pxelinux' },
    { firmware: 'pxe' },
    { architecture: 'arm64' },
  ])('refuses what the catalogue does not have: %o', (change) => {
    const [first] = builtOf().products;
    const unknown = { ...loader, ...change };
    const products = first === undefined ? [] : [{ ...first, ...change }];

    expect(() => offersOf({ products, inReleases: [] })).toThrow(
      expect.objectContaining({
        name: 'BadInput',
        message: `no bootloader ${unknown.os} for ${unknown.firmware} ${unknown.architecture}`,
        hint: 'update maas-mirror',
      }),
    );
  });
});

describe('what is new of it', () => {
  it('is all where nothing is published, or other products only', () => {
    const others = publishedBy(['20261120.0', builtOf()]);
    const { [uefi]: own, ...rest } = others?.products ?? {};

    expect(own).toBeDefined();
    expect(loaderUpdates(offersOf(), undefined)).toHaveLength(1);
    expect(loaderUpdates(offersOf(), { ...others, products: rest } as Products)).toHaveLength(1);
    expect(
      loaderUpdates(offersOf(), { ...others, products: { [uefi]: { ...own, versions: {} } } } as Products),
    ).toHaveLength(1);
  });

  it('is nothing where the newest version has just these packages, except in a rebuild', () => {
    const document = publishedBy(['20261120.0', builtOf()]);

    expect(loaderUpdates(offersOf(), document)).toEqual([]);
    expect(loaderUpdates(offersOf(), document, false)).toEqual([]);
    expect(loaderUpdates(offersOf(), document, true)).toHaveLength(1);
  });

  it.each([
    ['version', item('shim-signed', '1.59')],
    ['source package', item('shim-canonical', '1.58')],
    ['release', item('shim-signed', '1.58', 'plucky')],
  ])('is a product of which one item comes from another %s', (_, shim) => {
    const document = publishedBy(['20261120.0', builtOf()]);

    expect(loaderUpdates(offersOf(builtOf({ 'shim-signed': shim })), document)).toHaveLength(1);
  });

  it('is what only an older version has', () => {
    const newer = builtOf({ 'shim-signed': item('shim-signed', '1.59') });
    const document = publishedBy(['20261120.0', builtOf()], ['20261120.1', newer]);

    expect(loaderUpdates(offersOf(), document)).toHaveLength(1);
    expect(loaderUpdates(offersOf(newer), document)).toEqual([]);
  });
});

describe('what is added for it', () => {
  it('is a version of the claimed name, whose items say where they come from', () => {
    expect(loaderAdditions(offersOf(), undefined, claimed('20261120.0'))).toEqual([
      {
        ...{ productId: uefi, fields: offersOf()[0]?.fields, versionName: '20261120.0' },
        version: {
          items: Object.fromEntries(
            [
              ['shim-signed', '1.58'],
              ['grub2-signed', '2.12'],
            ].map(([name, src_version]) => [
              name,
              {
                ftype: 'archive.tar.xz',
                path: `bootloaders/uefi/amd64/20261120.0/${name}.tar.xz`,
                ...{ sha256: 'a'.repeat(64), size: 64 },
                ...{ src_package: name, src_release: 'noble', src_version },
              },
            ]),
          ),
        },
      },
    ]);
  });

  it('is the newest version again beside renewed fields, where nothing is new or an equal build came first', () => {
    const document = publishedBy(['20261120.0', builtOf()]);
    const offers = offersOf(builtOf(), 'later');
    const again = [
      {
        ...{ productId: uefi, fields: offers[0]?.fields, versionName: '20261120.0' },
        version: document?.products[uefi]?.versions['20261120.0'],
      },
    ];

    expect(loaderAdditions(offers, document, new Map())).toEqual(again);
    expect(loaderAdditions(offers, document, claimed('20261120.1'))).toEqual(again);
    expect(loaderAdditions(offers, document, new Map(), true)).toEqual(again);
  });

  it('is a version of the claimed name in a rebuild, though the newest has just this', () => {
    const document = publishedBy(['20261120.0', builtOf()]);

    const added = loaderAdditions(offersOf(), document, claimed('20261120.1'), true);

    expect(added.map(({ versionName }) => versionName)).toEqual(['20261120.1']);
  });

  it('is nothing of what became news after the claim', () => {
    expect(loaderAdditions(offersOf(), undefined, new Map())).toEqual([]);
    expect(loaderAdditions(offersOf(), undefined, new Map(), true)).toEqual([]);
  });
});
