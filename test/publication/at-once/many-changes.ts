import fc from 'fast-check';
import { expect } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { mirror as layout } from '../../../lib/job/layout';
import { changeView } from '../../../lib/publication/change-view';
import { isByFormer, readView } from '../../../lib/publication/read-view';
import { signView } from '../../../lib/publication/sign-view';
import type { Ledger } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import type { Change } from '../../../lib/publication/state/view-content';
import { checkIndex } from '../../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../../lib/simplestreams/contract/check-products';
import { jsonPathOf, plainIndexOf } from '../../../lib/simplestreams/documents';
import { rfc2822, writeJson } from '../../../lib/simplestreams/json';
import { detachedFault } from '../../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { objectsOf, type Promised } from '../../../lib/simplestreams/promised';
import type { Products } from '../../../lib/simplestreams/types';
import type { Store } from '../../../lib/store/store';
import { MemoryStore } from '../made/memory-store';
import { madeVersion, publishing, tokensIn } from '../made/small-view';
import { wrappedStore } from '../made/wrapped-store';

/** One thing that somebody does to the view, and at which of its writes the power goes, before it or behind it. */
const step = fc.record({
  does: fc.constantFrom('images', 'loaders', 'state', 'nothing', 'sign'),
  cut: fc.option(fc.record({ at: fc.nat(7), isDone: fc.boolean() }), { freq: 2, nil: undefined }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const actors = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 });

/** The key that signs, and the one that somebody changes it to meanwhile. */
interface Keys {
  readonly old: Signer;
  readonly next: Signer;
}

/**
 * Lets several change one view at once, in so many orders of the calls of its store, each of them cut off at some writes
 * and begun again.
 * @throws where readers saw anything that breaks the contract, or something that was committed is lost
 */
export async function changeAtOnce(keys: Keys, rounds: number): Promise<void> {
  const property = fc.asyncProperty(actors, fc.scheduler(), async (work, scheduler) => {
    const watched = new Watched(new MemoryStore(), keys);
    const busy = work.map(async (steps, who) => {
      for (const [at, one] of steps.entries()) await doStep(one, tokenOf(one, who, at), watched, scheduler);
    });
    await scheduler.waitFor(Promise.all(busy));

    await watched.check();
    const published = work.flatMap((steps, who) => steps.map((one, at) => tokenOf(one, who, at)));
    expect(watched.seen).toEqual(published.filter((token) => !/^(sign|nothing)/.test(token)).sort());
    await expectFollowed(watched);
  });
  await fc.assert(property, { numRuns: rounds });
}

const tokenOf = ({ does }: Step, who: number, at: number) => `${does}-${who}-${at}`;

/** Does one thing; whoever is cut off begins again, as an execution that is redriven does. */
async function doStep({ does, cut }: Step, token: string, watched: Watched, scheduler: fc.Scheduler): Promise<void> {
  const change = await changeOf(does, token, watched.inner);
  let isCut = cut !== undefined;
  let writes = 0;
  const mirror = wrappedStore(watched.store, async ({ method, key }, go) => {
    await scheduler.schedule(Promise.resolve(), `${token} ${method} ${key}`);
    const isNow = isCut && method !== 'head' && method !== 'read' && writes++ === cut?.at;
    if (!isNow) return go();
    isCut = false;
    if (cut?.isDone) await go();
    throw new Error('the power is gone');
  });
  for (;;) {
    try {
      await perform(does, change, mirror, watched);
      return;
    } catch (error) {
      if (!(error instanceof Error && error.message === 'the power is gone')) throw error;
      await watched.check();
    }
  }
}

async function perform(does: Step['does'], change: Change, mirror: Store, watched: Watched): Promise<void> {
  const press = { mirror, now: () => new Date('2026-11-21T00:00:00Z') };
  if (does === 'sign') {
    if (watched.moves === 0) return;
    await signView('candidate', { ...press, ...changing(watched.keys) });
    watched.isSigned = true;
    return;
  }
  try {
    const moved = await changeView('candidate', change, { ...press, signer: watched.keys.old });
    if (does === 'nothing') expect(moved).toBe(false);
  } catch (error) {
    // the key was changed meanwhile: goes on with the new one, as what publishes does
    if (!(error instanceof MirrorError && error.name === 'BadSignature')) throw error;
    await changeView('candidate', change, { ...press, signer: watched.keys.next });
  }
}

async function changeOf(does: Step['does'], token: string, mirror: Store): Promise<Change> {
  if (does === 'sign' || does === 'nothing') return sayingTheSame;
  const content = does === 'loaders' ? 'loaders' : 'images';
  const change = publishing(content, await madeVersion(mirror, content, token));
  if (does !== 'state') return change;
  return (content, at) => {
    const changed = change(content, at);
    return changed && { ...changed, state: { ...content.state, ...{ [token]: 'held' } } };
  };
}

/** Copies of what is there, with another date. */
const sayingTheSame: Change = ({ documents, state }, at) => ({
  documents: new Map(
    [...documents].map(([id, document]) => [id, { ...structuredClone(document), updated: rfc2822(at) }]),
  ),
  state: structuredClone(state),
  note: { what: 'publish' },
});

const changing = ({ old, next }: Keys) => ({ signer: next, former: old });

/** A store whose view is looked at, as by its readers, whenever its index has moved. */
class Watched {
  readonly store: Store;
  moves = 0;
  /** Whether somebody has changed the key to its end. */
  isSigned = false;
  /** What readers saw last. */
  seen: string[] = [];
  private looks = Promise.resolve();

  constructor(
    readonly inner: MemoryStore,
    readonly keys: Keys,
  ) {
    this.store = wrappedStore(inner, async ({ method, key }, go) => {
      const done = await go();
      if (key !== layout.index('candidate') || method !== 'replace') return done;
      this.moves += 1;
      const now = inner.copy();
      this.looks = this.looks.then(() => this.look(now));
      return done;
    });
  }

  /** @throws where a reader has seen something wrong */
  async check(): Promise<void> {
    await this.looks;
  }

  private async look(mirror: MemoryStore): Promise<void> {
    const { index, documents, state, ledger, head } = await readView('candidate', { mirror, ...changing(this.keys) });
    const all = new Map([...documents].map(([id, { document }]) => [id, document]));
    expect(checkIndex(index, { documents: all, signed: true })).toEqual([]);
    for (const document of all.values()) {
      expect(checkProducts(document)).toEqual([]);
      for (const { path, sha256 } of promisedBy(document)) {
        expect(await mirror.head(layout.pool(path))).toMatchObject({ sha256 });
      }
    }
    const tokens = tokensIn(all.values());
    expect(tokens).toEqual(expect.arrayContaining(this.seen));
    const decided = Object.keys(state).filter((field) => field.startsWith('state'));
    expect(decided.sort()).toEqual(tokens.filter((token) => token.startsWith('state')));
    // Each version was one commit: state, ledger and history never disagree with the documents.
    expect(head.entries).toBe(tokens.length);
    expect(sinceIn(ledger)).toEqual(contentsIn(all.values()));
    this.seen = tokens;
  }
}

/** Contents whose clocks run. */
function sinceIn({ products }: Ledger): string[] {
  return Object.values(products)
    .flatMap(({ since }) => Object.keys(since))
    .sort();
}

function contentsIn(documents: Iterable<Products>): string[] {
  const products = [...documents].flatMap((document) => Object.values(document.products));
  return products.flatMap(({ versions }) => Object.values(versions).map(contentDigest)).sort();
}

function promisedBy({ products }: Products): readonly Promised[] {
  return Object.values(products)
    .flatMap(({ versions }) => Object.values(versions))
    .flatMap(objectsOf);
}

/** index.json is the twin of index.sjson, and its signature is of it; all is by the new key where it was changed. */
async function expectFollowed({ inner: mirror, keys, isSigned }: Watched): Promise<void> {
  const view = await readView('candidate', { mirror, ...changing(keys) });
  const { index, documents } = view;
  if (index === undefined) return;
  if (isSigned) expect(isByFormer(view)).toBe(false);
  const twin = plainIndexOf(index, (id) => jsonPathOf(writeJson(documents.get(id)?.document ?? {})));
  const [plain, signature] = [layout.plainIndex('candidate'), layout.plainIndexSignature('candidate')];
  expect(mirror.objects.get(plain)?.toString()).toBe(writeJson(twin));
  const bytes = (key: string) => mirror.objects.get(key) ?? Buffer.alloc(0);
  expect(detachedFault(bytes(signature), bytes(plain))).toBeUndefined();
}
