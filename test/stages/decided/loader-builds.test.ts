import { beforeAll, describe, expect, it } from 'vitest';
import { readView } from '../../../lib/publication/read-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { smallPress } from '../../publication/made/small-press';
import { loadersOf, publishLoaders } from '../loaders/made/published-loaders';
import { holdRelease, takeBackNewest } from './made-decisions';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const uefi = 'com.ubuntu.maas.candidate:1:grub-efi-signed:uefi:amd64';
const newerShim = { versions: { 'amd64/shim-signed': '1.59+15.8-0ubuntu2' } };

describe('bootloaders of a held view', () => {
  it('wait on the shelf, and are not made again', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    await holdRelease(press, { release: 'bootloaders' });

    const held = { since: '2026-11-20T09:00:00Z', reason: 'freeze', pending: 1 };
    expect(await publishLoaders(press, newerShim)).toMatchObject({ products: [], held });
    expect(await publishLoaders(press, newerShim)).toMatchObject({ products: [], held });

    expect(Object.keys((await loadersOf(press))?.products[uefi]?.versions ?? {})).toEqual(['20261120.083000']);
    const { shelf } = await readView('candidate', press);
    expect(Object.keys(shelf.products[uefi]?.versions ?? {})).toEqual(['20261120.083001']);
  });
});

describe('bootloaders that were withdrawn', () => {
  const said = 'withdrawn: same files as 20261120.083001 (NIC driver lost)';

  it('are not published again, and newer ones are', async () => {
    const press = smallPress(signer);
    await publishLoaders(press);
    await publishLoaders(press, newerShim);
    await takeBackNewest(press, { only: [uefi], markOnly: true });

    expect(await publishLoaders(press, newerShim)).toMatchObject({
      products: [],
      withdrawn: [{ product: uefi, said }],
    });
    const fixed = { versions: { 'amd64/shim-signed': '1.60+15.8-0ubuntu1' } };
    expect(await publishLoaders(press, fixed)).toMatchObject({
      products: [{ product: uefi, version: '20261120.083002' }],
    });
  });

  it('are not published where another view withdrew them', async () => {
    const press = smallPress(signer);
    await publishLoaders(press, { view: 'stable', ...newerShim });
    await takeBackNewest(press, { view: 'stable', only: [uefi.replace('candidate', 'stable')] });

    const { products, withdrawn } = await publishLoaders(press, newerShim);

    expect(withdrawn.map(({ product }) => product)).toEqual([uefi]);
    expect(products.map(({ product }) => product)).not.toContain(uefi);
  });
});
