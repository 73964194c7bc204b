import { beforeAll, describe, expect, test } from 'vitest';
import { mirror } from '../../lib/job/layout';
import { listMirror } from '../../lib/operations/list';
import { changeView } from '../../lib/publication/change-view';
import { readView } from '../../lib/publication/read-view';
import type { Change } from '../../lib/publication/state/view-content';
import { withdrawnPart } from '../../lib/publication/state/withdrawals';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { Product, Products, Version } from '../../lib/simplestreams/types';
import { publishBootloaders } from '../../lib/stages/publish-bootloaders';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { makeBuiltLoaders } from '../fixtures/mirrors/built-loaders';
import { makeSmallMirror, smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import { smallPress } from '../publication/made/small-press';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

describe('the list of a mirror', () => {
  test('has all that is known of a version', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer, kernels: ['cloud'] });

    expect(await listMirror(store)).toEqual([
      {
        view: 'candidate',
        product: 'com.debian.maas.candidate:v3:boot:12:amd64:generic-cloud',
        os: 'debian',
        release: 'bookworm',
        releaseVersion: '12',
        architecture: 'amd64',
        kernel: 'cloud',
        flavour: 'generic-cloud',
        version: '20261120',
        ...{ serial: '20261120', built: '', state: 'offered', marks: ['newest'] },
        kernelVersion: '6.1.153-1',
        gate: 'passed',
        support: { supportEol: '2026-07-11', supportEsmEol: '2028-06-30' },
        sizes: { kernel: 5000, initrd: 5000, squashfs: 40_000 },
        files: expect.arrayContaining([{ path: 'bookworm/amd64/20261120/squashfs', size: 40_000 }]),
      },
    ]);
  });

  test('names flavours as they are ordered, of releases that the catalogue does not have, too', async () => {
    const parts = [
      '27.04:amd64:hwe-27.04-lowlatency-edge',
      '27.04:amd64:ga-27.04',
      '27.04:amd64:hwe-24.04',
      '14.04:amd64:hwe-t',
    ];
    const change = (document: Products): Products => {
      const [product] = Object.values(document.products) as [Product];
      const ids = parts.map((part) => [`com.ubuntu.maas.candidate:v3:boot:${part}`, product] as const);
      return { ...document, products: Object.fromEntries(ids) };
    };
    const store = await makeSmallMirror(folderInMemory(), { signer, kernels: ['cloud'], change });

    const kernels = (await listMirror(store)).map(({ kernel }) => kernel);
    expect(kernels.sort()).toEqual(['ga', 'hwe-24.04', 'hwe-lowlatency-edge', 'hwe-t']);
  });

  test('is sorted by version as a string, the newest first', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer, view: 'stable', kernels: ['generic'] });
    const versions = ['20261120', '20261120.1', '20261203'];
    const store = await makeSmallMirror(directory, { signer, versions });

    const rows = await listMirror(store);

    expect(rows.map(({ version, view, kernel }) => `${version} ${view} ${kernel}`)).toEqual([
      '20261203 candidate generic',
      '20261203 candidate cloud',
      '20261120.1 candidate generic',
      '20261120.1 candidate cloud',
      '20261120 candidate generic',
      '20261120 candidate cloud',
      '20261120 stable generic',
    ]);
  });

  test('says of a bootloader for which firmware it is, and what it is made of', async () => {
    const press = smallPress(signer);
    const made = await makeBuiltLoaders(press.work, { execution: 'run' });
    await publishBootloaders({ view: 'candidate', execution: 'run', inputs: '', ...made }, press);

    const rows = await listMirror(press.mirror);

    expect(rows.map(({ os }) => os)).toEqual(['grub-efi', 'grub-efi-signed', 'grub-ieee1275', 'pxelinux']);
    expect(rows[1]).toEqual({
      view: 'candidate',
      product: 'com.ubuntu.maas.candidate:1:grub-efi-signed:uefi:amd64',
      os: 'grub-efi-signed',
      release: '',
      releaseVersion: '',
      architecture: 'amd64',
      kernel: '',
      flavour: 'grub-efi-signed',
      version: '20261120.083000',
      ...{ serial: '', built: '', state: 'offered', marks: ['newest'] },
      kernelVersion: '',
      bootloader: {
        firmware: 'uefi',
        sources: [
          { package: 'grub2-signed', version: '1.202.9+2.12-1ubuntu7.9', release: 'noble' },
          { package: 'shim-signed', version: '1.58.2+15.8-0ubuntu2', release: 'noble' },
        ],
      },
      gate: '',
      sizes: {},
      files: expect.arrayContaining([{ path: 'bootloaders/uefi/amd64/20261120.083000/shim-signed.tar.xz', size: 64 }]),
    });
  });

  test('says as much as a document does', async () => {
    const store = await makeSmallMirror(folderInMemory(), {
      ...{ signer, kernels: ['cloud'] },
      change: (document) => {
        const [[id, { versions }]] = Object.entries(document.products) as [[string, Product]];
        const [[name, { items }]] = Object.entries(versions) as [[string, Product['versions'][string]]];
        const { squashfs } = items;
        const products = {
          [id]: { versions: { [name]: { items: { squashfs } } } },
          'someone:else': { support_eol: '2030-01-01', versions: { [name]: { items: {} } } },
          'someone:empty': { support_eol: '', support_esm_eol: '2031-01-01', versions: { [name]: { items: {} } } },
          'someone:esm': {
            ...{ support_eol: '2030-01-01', support_esm_eol: '', 'bootloader-type': 'pxe' },
            versions: {
              [name]: {
                items: { b: { ...squashfs, src_package: 'b' }, a: { ...squashfs, src_package: 'a' }, none: squashfs },
              },
            },
          },
        };
        return { ...document, products } as unknown as Products;
      },
    });
    const said = new Map((await listMirror(store)).map(({ files: _, ...row }) => [row.product, row]));
    const nothing = { os: '', release: '', releaseVersion: '', architecture: '', kernelVersion: '', gate: '' };
    const listed = { flavour: '', serial: '', built: '', state: 'offered', marks: ['newest'] };
    const row = { ...nothing, ...listed, view: 'candidate', version: '20261120', sizes: {}, kernel: '' };
    const rowOf = (product: string) => ({ ...row, product });

    expect(said.get('com.debian.maas.candidate:v3:boot:12:amd64:generic-cloud')).toEqual({
      ...rowOf('com.debian.maas.candidate:v3:boot:12:amd64:generic-cloud'),
      ...{ kernel: 'cloud', sizes: { squashfs: 40_000 } },
    });
    const support = { supportEol: '2030-01-01', supportEsmEol: '2030-01-01' };
    expect(said.get('someone:else')).toEqual({ ...rowOf('someone:else'), support });
    expect(said.get('someone:empty')).toEqual(rowOf('someone:empty'));
    const sources = ['', 'a', 'b'].map((name) => ({ package: name, version: '', release: '' }));
    expect(said.get('someone:esm')).toEqual({
      ...{ ...rowOf('someone:esm'), sizes: expect.anything(), support, bootloader: { firmware: 'pxe', sources } },
    });
  });

  test('is sorted within a version by view, system, release, architecture and product', async () => {
    const fields = [
      ['a', 'ubuntu', '24.04', 'amd64'],
      ['b', 'debian', '12', 'arm64'],
      ['c', 'debian', '12', 'amd64'],
      ['d', 'debian', '11', 's390x'],
      ['e', 'debian', '11', 's390x'],
    ];
    const change = (document: Products): Products => {
      const [{ versions }] = Object.values(document.products) as [Product];
      const products = fields.map(([id, os, version, arch]) => [id, { os, version, arch, versions }]);
      return { ...document, products: Object.fromEntries(products) } as Products;
    };
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer, view: 'stable', kernels: ['cloud'], change });
    const store = await makeSmallMirror(directory, { signer, kernels: ['cloud'], change });

    const rows = (await listMirror(store)).map(({ view, product }) => `${view} ${product}`);
    expect(rows).toEqual(
      ['candidate', 'stable'].flatMap((view) => ['d', 'e', 'c', 'b', 'a'].map((id) => `${view} ${id}`)),
    );
  });

  test('holds only the views that are asked for', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer, view: 'stable' });
    const store = await makeSmallMirror(directory, { signer });

    const rows = await listMirror(store, { views: ['stable'] });

    expect(new Set(rows.map(({ view }) => view))).toEqual(new Set(['stable']));
    expect(rows).toHaveLength(2);
  });

  test('marks what another view has withdrawn, unless its marks cannot be read', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer, view: 'stable' });
    const store = await makeSmallMirror(directory, { signer });
    const bench = { mirror: store, signer, now: () => new Date('2026-11-21T08:00:00Z') };
    const withdraw: Change = ({ documents, state }) => {
      const [product] = [...documents.values()].flatMap((document) => Object.values(document.products)) as [Product];
      const [[version, found]] = Object.entries(product.versions) as [[string, Version]];
      const mark = { id: 'w', at: '2026-11-21T08:00:00Z', view: 'candidate', release: 'bookworm', version };
      const parts = [withdrawnPart(product, version, found)];
      const withdrawals = [{ ...mark, architectures: [], flavours: [], parts }];
      return { state: { ...state, withdrawals }, note: { what: 'withdraw' } };
    };
    await changeView('candidate', withdraw, bench);
    const marked = async () => {
      const rows = await listMirror(store, { views: ['stable'] });
      return rows.filter(({ marks }) => marks.includes('withdrawn')).length;
    };
    expect(await marked()).toBe(1);

    const { index } = await readView('candidate', bench);
    await store.remove(mirror.document('candidate', String((index as { state?: unknown } | undefined)?.state)));
    expect(await marked()).toBe(0);
  });

  test('is empty where nothing was published', async () => {
    expect(await listMirror(new DirectoryStore(folderInMemory()))).toEqual([]);
  });
});

test('refuses a view that is not there', async () => {
  const store = await makeSmallMirror(folderInMemory(), { signer });

  await expect(listMirror(store, { views: ['unstable'] })).rejects.toMatchObject({
    name: 'NoSuchObject',
    message: `${store.name} has no ${mirror.index('unstable')}`,
    hint: 'check the name of the view; `maas-mirror verify` lists all missing files',
  });
});

test('refuses an index that is cut off', async () => {
  const store = await makeSmallMirror(folderInMemory(), { signer });
  const { bytes = Buffer.alloc(0) } = (await store.read(mirror.index('candidate'))) ?? {};
  await store.replace(mirror.index('candidate'), bytes.subarray(0, 300), {});

  await expect(listMirror(store)).rejects.toMatchObject({ name: 'BadFormat' });
});
