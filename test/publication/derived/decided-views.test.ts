import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeAndFollow } from '../../../lib/publication/derived/change-and-follow';
import type { Hold } from '../../../lib/publication/state/holds';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../made/memory-store';
import { images, type MadeViews, madeViews } from './made/made-views';
import { withdrawIn } from './made/withdraw-in';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

let views: MadeViews;
beforeEach(() => {
  views = madeViews(signer, new MemoryStore());
});

const follow = (view: string, from: string) =>
  changeAndFollow(
    view,
    ({ state }) => ({ state: { ...state, source: { select: [{ from }] } }, note: { what: 'view' } }),
    views.press,
  );

describe('a view that follows', () => {
  it('does not get a withdrawn version back as its newest from another source, nor what shares its root', async () => {
    await views.offer('stable', images({ '1': 'a', '2': 'b', '3': 'c' }));
    await views.select('lab', [{ from: 'stable' }], images({ '1': 'a', '2': 'b', '3': 'c' }));
    await views.offer('old', images({ '1': 'a', '2': 'b' }));
    await withdrawIn(views, 'stable', 'hwe-24.04', '2');
    expect(await views.offered('lab')).toEqual(images({ '1': 'a', '2': 'b', '3': 'c' }));

    const { followed } = await follow('lab', 'old');

    expect(followed).toEqual([{ view: 'lab', moved: true }]);
    expect(await views.offered('lab')).toEqual(images({ '1': 'a' }));
  });

  it('keeps a version that is withdrawn while it is the newest, until its source goes back', async () => {
    await views.offer('stable', images({ '1': 'a', '2': 'b' }));
    await views.select('lab', [{ from: 'stable' }], images({ '1': 'a', '2': 'b' }));
    await withdrawIn(views, 'stable', 'ga-24.04', '2');
    expect(await views.offered('lab')).toEqual(images({ '1': 'a', '2': 'b' }));
    await views.offer('stable', images({ '1': 'a' }));
    expect(await views.offered('lab')).toEqual(images({ '1': 'a' }));
  });

  it('waits with a flavour that is new in its source while a sister is held, and takes it with her', async () => {
    const { 'ga-24.04': ga } = images({ '1': 'a' });
    await views.offer('stable', { 'ga-24.04': ga });
    await views.select('lab', [{ from: 'stable' }], { 'ga-24.04': ga });
    const hold: Hold = {
      ...{ id: '0123456789ab', since: '2026-11-20T08:00:00Z', release: 'noble', architectures: [] },
      flavours: ['ga-24.04'],
    };
    const setHolds = (holds: readonly Hold[]) =>
      changeAndFollow('lab', ({ state }) => ({ state: { ...state, holds }, note: { what: 'hold' } }), views.press);
    await setHolds([hold]);

    const { followed } = await views.offer('stable', images({ '1': 'a', '2': 'b' }));

    expect(followed).toEqual([{ view: 'lab', moved: false }]);
    expect(await views.offered('lab')).toEqual({ 'ga-24.04': ga });
    await setHolds([]);
    expect(await views.offered('lab')).toEqual(images({ '1': 'a', '2': 'b' }));
  });

  it('gets bootloaders that it had left out under a name above those that it had', async () => {
    const both = { ...images({ '1': 'a' }), loader: { '1': 'a', '2': 'b' } };
    await views.offer('stable', both);
    await views.select('lab', [{ from: 'stable' }], both);
    await views.offer('bare', images({ '1': 'a' }));
    await views.offer('old', { ...images({ '1': 'a' }), loader: { '1': 'a' } });
    await follow('lab', 'bare');
    expect(await views.offered('lab')).toEqual(images({ '1': 'a' }));

    await follow('lab', 'old');

    expect(await views.offered('lab')).toEqual({ ...images({ '1': 'a' }), loader: { '2.080000': 'a' } });
  });
});
