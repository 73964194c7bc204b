import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { withdrawnEverywhere } from '../../../lib/publication/withdrawn-everywhere';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { allStores } from '../../publication/made/all-stores';
import { MadeMirror } from './made-mirror';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const [monday, tuesday] = ['20261123.083000', '20261124.083000'];
const images = (words: string) => ({ images: { 'ga-24.04': words } });
const about = (view: string, allViews = false) => ({
  ...{ view, release: 'noble', version: tuesday, architectures: [], flavours: [], allViews },
});
const withdraw = (view: string, allViews?: boolean): OperationRequest => ({
  does: 'withdraw',
  ...about(view, allViews),
});
const restore = (view: string, allViews?: boolean): OperationRequest => ({ does: 'restore', ...about(view, allViews) });
const promote: OperationRequest = {
  ...{ does: 'promote', from: 'candidate', to: 'lab', architectures: [], flavours: [], require: [] },
};

describe.each(allStores)('a withdrawal in a view that was deleted, %s,', (_, makeStore) => {
  let mirror: MadeMirror;
  const marks = async () => (await withdrawnEverywhere(mirror.bench)).map(({ view, version }) => `${view} ${version}`);
  beforeEach(async () => {
    mirror = new MadeMirror(await makeStore(), signer);
    await mirror.publish('candidate', monday, images('good'));
    await mirror.publish('candidate', tuesday, images('bad'));
    await mirror.operate(promote);
  });

  it('binds every view until it is restored there, and is then in the history', async () => {
    await mirror.operate(withdraw('lab'));
    await mirror.operate({ does: 'view-delete', name: 'lab' });
    expect(await marks()).toEqual([`lab ${tuesday}`]);
    await expect(mirror.operate(promote)).rejects.toMatchObject({
      name: 'Withdrawn',
      hint: `restore it first: maas-mirror restore lab noble ${tuesday}`,
    });
    const entries = (await mirror.history('lab')).length;

    const { views } = await mirror.operate(restore('lab'));

    expect(views).toMatchObject([{ view: 'lab', moved: true, lines: [{ does: 'unmark' }] }]);
    expect(await marks()).toEqual([]);
    expect((await mirror.history('lab')).slice(entries)).toMatchObject([{ what: 'restore', by: 'anna@ops1' }]);
    expect((await mirror.read('lab')).index).toBeUndefined();
    await mirror.operate(promote);
    expect(await mirror.newest('lab')).toEqual({ 'ga-24.04': 'bad/bad' });
  });

  it('in all views is restored with theirs', async () => {
    await mirror.operate(withdraw('candidate', true));
    await mirror.operate({ does: 'view-delete', name: 'lab' });

    const { views } = await mirror.operate(restore('candidate', true));

    expect(views.map(({ view, moved }) => [view, moved])).toEqual([
      ['lab', true],
      ['candidate', true],
    ]);
    expect(await marks()).toEqual([]);
  });

  it('is restored once, also if two operators do so at the same time', async () => {
    await mirror.operate(withdraw('lab'));
    await mirror.operate({ does: 'view-delete', name: 'lab' });
    const entries = (await mirror.history('lab')).length;
    mirror.around = async (call, go) => {
      if (call.method !== 'replace' || call.key !== layout.tombstone('lab')) return go();
      mirror.around = (_one, next) => next();
      await mirror.operate(restore('lab'));
      return go();
    };

    // What this one was to lift has been lifted meanwhile.
    expect((await mirror.operate(restore('lab'))).views).toEqual([{ view: 'lab', lines: [], moved: false }]);

    expect(await marks()).toEqual([]);
    expect((await mirror.history('lab')).slice(entries)).toHaveLength(1);
  });

  it('refuses everything else in a deleted view', async () => {
    await mirror.operate({ does: 'view-delete', name: 'lab' });
    await expect(mirror.operate(withdraw('lab'))).rejects.toMatchObject({ name: 'NoSuchView', misuse: true });
    await expect(mirror.operate(restore('lab'))).rejects.toMatchObject({
      ...{ name: 'NoSuchVersion', message: 'the view lab has no noble', hint: 'it has no products', misuse: true },
    });
    await expect(mirror.operate(restore('lba'))).rejects.toMatchObject({ name: 'NoSuchView', misuse: true });
  });
});
