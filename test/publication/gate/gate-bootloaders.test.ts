import { beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { images, madeViews } from '../derived/made/made-views';
import { MemoryStore } from '../made/memory-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

/** A view that has offered two versions of a bootloader. */
async function twoLoaders() {
  const views = madeViews(signer, new MemoryStore());
  await views.offer('stable', { ...images({ '1': 'a' }), loader: { '1': 'a', '2': 'b' } });
  return views;
}
const refused = (name: string, top: string) => ({
  name: 'ContractBroken',
  message: `com.ubuntu.maas.stable:1:pxelinux:pxe:i386: the newest version would be ${name}, below ${top}: MAAS unpacks only bootloaders that it downloads [bootloaders-back]`,
});

describe('bootloaders', () => {
  it('refuses to let them go back to an older name, since MAAS would unpack nothing', async () => {
    const views = await twoLoaders();
    const back = { ...images({ '1': 'a' }), loader: { '1': 'a' } };
    await expect(views.offer('stable', back)).rejects.toMatchObject(refused('1', '2'));
    expect((await views.offer('stable', { ...back, loader: { '1': 'a', '3': 'a' } })).moved).toBe(true);
  });

  it('refuses an older name also if the view has not offered them for a while', async () => {
    const views = await twoLoaders();
    await views.offer('stable', images({ '1': 'a' }));
    const again = (loader: Record<string, string>) => views.offer('stable', { ...images({ '1': 'a' }), loader });
    await expect(again({ '1': 'a' })).rejects.toMatchObject(refused('1', '2'));
    expect((await again({ '2': 'b' })).moved).toBe(true);
  });

  it('refuses nothing of images, which MAAS makes a new set of', async () => {
    const views = madeViews(signer, new MemoryStore());
    await views.offer('stable', images({ '1': 'a', '2': 'b' }));
    expect((await views.offer('stable', images({ '1': 'a' }))).moved).toBe(true);
  });
});
