import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publishedText } from '../../bin/build/published-text';
import type { OperationRequest } from '../../lib/job/operations/operation';
import { publishAsDecided } from '../../lib/operations/publish-as-decided';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { loadersWithout } from '../../lib/stages/publish-bootloaders';
import { type Published, publishedWithout } from '../../lib/stages/updates/published';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../publication/made/memory-store';
import { MadeMirror, type Publication } from './operate/made-mirror';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const scope = { view: 'candidate', release: 'noble', architectures: [], flavours: [] };
const [monday, tuesday] = ['20261123.083000', '20261124.083000'];
const whole = <Done>(done: Done) => done;
const images = (words: string) => ({ images: { 'ga-24.04': words } });

let mirror: MadeMirror;
beforeEach(async () => {
  mirror = new MadeMirror(new MemoryStore(), signer);
  await mirror.publish('candidate', monday, images('good'));
  await mirror.publish('candidate', tuesday, images('bad'));
});

describe('what was published, without what was taken back,', () => {
  const [ga, hwe] = ['ga', 'hwe'].map((flavour) => `com.ubuntu.maas.fresh:v3:boot:24.04:amd64:${flavour}-24.04`);
  const of = (products: readonly string[]) => ({ products, overtaken: [], leftOut: [], kept: [], followed: [] });
  const done: Published = { architecture: 'amd64', version: tuesday, withdrawn: [], ...of([`${ga}`, `${hwe}`]) };
  const withdrawn = (kernel: string) => ({ kernel, said: 'withdrawn in all views meanwhile' });

  it('names only the flavours that stay, and no version if none does', () => {
    expect(publishedWithout(done, new Set([`${hwe} ${tuesday}`]))).toEqual({
      ...done,
      ...{ products: [ga], withdrawn: [withdrawn('hwe-24.04')] },
    });
    const nothing = publishedWithout(done, new Set([`${ga} ${tuesday}`, `${hwe} ${tuesday}`]));
    expect(nothing).toMatchObject({ version: null, products: [] });
    expect(publishedText(nothing)).toBe('amd64: withdrawn in all views meanwhile');
    expect(publishedWithout(done, new Set([`${hwe} ${monday}`]))).toEqual(done);
  });

  it('says so of bootloaders', () => {
    const [uefi, pxe] = ['grub-efi:uefi:amd64', 'pxelinux:pxe:i386'].map((name) => `com.ubuntu.maas.fresh:1:${name}`);
    const products = [uefi, pxe].map((product) => ({ product: `${product}`, version: tuesday }));
    expect(loadersWithout({ products, withdrawn: [], followed: [] }, new Set([`${pxe} ${tuesday}`]))).toEqual({
      products: [{ product: uefi, version: tuesday }],
      withdrawn: [{ product: pxe, said: 'withdrawn in all views meanwhile' }],
      followed: [],
    });
  });
});

describe('what a build publishes', () => {
  it('comes after the end of a hold, with the views that followed that', async () => {
    await mirror.operate({ does: 'view-create', name: 'lab', select: [{ from: 'candidate' }] });
    await mirror.operate({ does: 'hold', ...scope, at: monday, until: '2026-11-21T00:00:00Z' });
    mirror.turnClockTo('2026-11-21T08:30:00Z');
    const seen: object[] = [];

    const done = await publishAsDecided(
      'candidate',
      mirror.bench,
      async () => {
        seen.push(await mirror.newest('lab'));
        return {
          version: '1',
          followed: [
            { view: 'other', moved: true },
            { view: 'lab', moved: false },
          ],
        };
      },
      whole,
    );

    expect(seen).toEqual([{ 'ga-24.04': 'bad/bad' }]);
    const followed = [
      { view: 'lab', moved: true },
      { view: 'other', moved: true },
    ];
    expect(done).toEqual({ version: '1', followed });
  });

  const rollback: OperationRequest = { does: 'rollback', ...scope, republish: false, allViews: true };
  /** A rollback in all views that does not find this one. */
  const rollbackWithout = async (view: string, operation = rollback) => {
    const { store } = mirror;
    const folders = store.folders.bind(store);
    store.folders = async (prefix) => (await folders(prefix)).filter((name) => name !== view);
    await mirror.operate(operation);
    store.folders = folders;
  };
  /** The first publication of a view that a rollback in all views did not find. */
  const left: string[] = [];
  const firstOf = (versions: Readonly<Record<string, string>>, more: Publication = {}) =>
    publishAsDecided(
      'fresh',
      mirror.bench,
      async () => {
        for (const [name, word] of Object.entries(versions))
          await mirror.publish('fresh', name, { ...images(word), ...more });
        await rollbackWithout('fresh');
        return { followed: [] };
      },
      (done, versions) => {
        left.push(...versions);
        return done;
      },
    );

  it('comes after the end of a hold, which brings back nothing that was withdrawn in all views meanwhile', async () => {
    await mirror.publish('other', monday, images('good'));
    await mirror.publish('other', tuesday, images('bad'));
    await mirror.operate({ does: 'hold', ...scope, at: monday, until: '2026-11-21T00:00:00Z' });
    mirror.turnClockTo('2026-11-21T08:30:00Z');
    mirror.around = async ({ method, key }, go) => {
      if (method !== 'replace' || key !== 'candidate/streams/v1/index.sjson') return go();
      mirror.around = (_, next) => next();
      await rollbackWithout('candidate', { ...rollback, view: 'other' });
      return go();
    };

    const nothing = async () => ({ followed: [] });
    await publishAsDecided('candidate', mirror.bench, nothing, (done) => done);

    expect(await mirror.newest('other')).toEqual({ 'ga-24.04': 'good/good' });
    expect(await mirror.newest('candidate')).toEqual({ 'ga-24.04': 'good/good' });
    expect((await mirror.read('candidate')).state).toMatchObject({ holds: [], withdrawals: [{ everywhere: true }] });
  });

  it('is taken back from a new view if it was withdrawn in all views meanwhile', async () => {
    await firstOf({ [monday]: 'good', [tuesday]: 'bad' });
    expect(await mirror.newest('fresh')).toEqual({ 'ga-24.04': 'good/good' });
    expect(await mirror.read('fresh')).toMatchObject({ state: { withdrawals: [{ everywhere: true }] } });
    expect(left).toEqual([`com.ubuntu.maas.fresh:v3:boot:24.04:amd64:ga-24.04 ${tuesday}`]);
  });

  it('refuses to end well if a new view has nothing to go back to', async () => {
    await expect(firstOf({ [tuesday]: 'bad' })).rejects.toMatchObject({
      name: 'Withdrawn',
      message: expect.stringMatching(/^fresh offers noble 20261124\.083000, which was withdrawn meanwhile/),
      hint: 'delete the view: maas-mirror view delete fresh',
    });
  });

  it('refuses to end well if only a part of a new view has something to go back to, and says how to remove the rest', async () => {
    await expect(firstOf({ [tuesday]: 'bad' }, { loader: 'good' })).rejects.toMatchObject({
      name: 'Withdrawn',
      message: `fresh offers noble ${tuesday}, which was withdrawn meanwhile (NIC driver lost), and has nothing to go back to`,
      hint: `remove it: maas-mirror remove fresh noble ${tuesday} --arch amd64`,
    });
    await mirror.operate({ does: 'remove', ...scope, view: 'fresh', version: tuesday, architectures: ['amd64'] });
    expect(await mirror.newest('fresh')).toEqual({ pxelinux: 'good' });
  });
});
