import fc from 'fast-check';
import { expect } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { OperationRequest } from '../../../lib/job/operations/operation';
import type { PlanLine } from '../../../lib/job/operations/outcome';
import type { PublishedView } from '../../../lib/publication/read-view';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { versionsOf } from '../../../lib/publication/state/product-parts';
import { WithdrawnIndex } from '../../../lib/publication/state/withdrawals';
import { withdrawnEverywhere } from '../../../lib/publication/withdrawn-everywhere';
import { checkView } from '../../../lib/simplestreams/contract/check-view';
import { newestVersion } from '../../../lib/simplestreams/merge';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Outage } from '../../maas-model/deployments';
import { ga, hwe } from '../../maas-model/made/made-images';
import { fetchFrom } from '../../maas-model/reading/store-fetch';
import { StreamReader } from '../../maas-model/reading/stream-reader';
import type { Site } from '../../maas-model/site';
import { models } from '../../maas-model/sites';
import { MemoryStore } from '../../publication/made/memory-store';
import { lastWordOf, MadeMirror, productsOf } from './made-mirror';
import { rememberingSigner } from './remembering-signer';

/** A step: a publication, or an operation. */
type Step =
  | { readonly publish: 'both' | 'kernels' | 'loader' }
  | { readonly asked: OperationRequest; readonly fault?: Fault | undefined };

/** The store fails at one of the calls of an operation, before or after it has done what it was asked for. */
interface Fault {
  readonly call: number;
  readonly isAfter: boolean;
}

const views = ['candidate', 'stable'] as const;
const view = fc.constantFrom(...views);
const release = fc.constantFrom('noble', 'noble', 'noble', 'bootloaders');
const scoped = { view, release };
const flavours = fc.constantFrom<string[]>([], [], ['hwe']);
const allViews = fc.boolean();
const version = fc.constant('newest');

const asked = fc.oneof(
  fc.record({ does: fc.constant('promote'), from: fc.constant('candidate'), to: fc.constant('stable') }),
  fc.record({ does: fc.constant('rollback'), ...scoped, flavours, allViews, republish: fc.boolean() }),
  fc.record({ does: fc.constant('restore'), ...scoped, version, allViews }),
  fc.record({ does: fc.constant('withdraw'), ...scoped, version, allViews }),
  fc.record({ does: fc.constant('hold'), ...scoped }),
  fc.record({ does: fc.constant('unhold'), ...scoped }),
);
const fault = fc.option(fc.record({ call: fc.nat({ max: 60 }), isAfter: fc.boolean() }), { nil: undefined, freq: 2 });
const operation = fc.record({ asked: asked.map((request) => OperationRequest.parse(request)), fault });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ publish: fc.constantFrom('both' as const, 'kernels' as const, 'loader' as const) }),
  { arbitrary: operation, weight: 2 },
);

/**
 * Carries out random operations on a store that fails now and then, and checks after each that the mirror is one that MAAS can
 * follow, and that decisions hold.
 * Then a fix is published and promoted, and every site ends with it.
 */
export async function everySequenceHolds(signer: Signer, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) =>
      new Sequence(rememberingSigner(signer)).run(steps),
    ),
    { numRuns },
  );
}

class Sequence {
  readonly #mirror: MadeMirror;
  readonly #sites: Site[];
  #day = Date.parse('2026-11-21T08:30:00Z');
  #built = 0;
  /** Kernels that `stable` was without, because a plan said that it drops them. */
  readonly #dropped: Dropped[] = [];

  constructor(signer: Signer) {
    this.#mirror = new MadeMirror(new MemoryStore(), signer);
    const reader = new StreamReader({ fetch: fetchFrom(this.#mirror.store, 'http://mirror'), keyring: signer.keyring });
    this.#sites = models.map(([, make]) => make({ reader, bytesPerMinute: 120 }));
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const publish of ['both', 'loader', 'both', 'loader'] as const) await this.#step({ publish });
    await this.#step({ asked: promotion });
    for (const site of this.#sites) site.select(site.addSource('http://mirror/stable'), 'ubuntu', 'noble', 'amd64');
    await this.#pass(130);
    for (const one of steps) {
      await this.#step(one);
      await this.#pass(25);
    }
    await this.#fixed();
  }

  async #step(one: Step): Promise<void> {
    this.#day += 24 * 60 * 60_000;
    this.#mirror.turnClockTo(new Date(this.#day).toISOString());
    const before = await this.#seen();
    const written = this.#mirror.writes.length;
    const moved = await this.#done(one);
    const isWhole = 'publish' in one || one.fault === undefined;
    if (isWhole && moved === undefined) expect(this.#mirror.writes).toHaveLength(written);
    await this.#check(before, isWhole ? (moved ?? []).map(({ view }) => view) : undefined);
    await this.#noteDropped(before, isWhole ? (moved ?? []) : undefined);
  }

  /** Nothing leaves `stable` without being announced. */
  async #noteDropped(before: Seen, moved: readonly Moved[] | undefined): Promise<void> {
    const { minute = 0 } = this.#sites[0] ?? {};
    const was = before.get('stable');
    const [old, now] = [was ? kernelsOf(was) : [], kernelsOf(await this.#mirror.read('stable'))];
    for (const kernel of old.filter((one) => !now.includes(one))) {
      if (moved) expect(moved).toContainEqual({ view: 'stable', drops: expect.arrayContaining([kernel]) });
      this.#dropped.push({ kernel, from: minute, to: Number.POSITIVE_INFINITY });
    }
    for (const one of this.#dropped) {
      if (now.includes(one.kernel)) one.to = Math.min(one.to, minute + untilSitesFollow);
    }
  }

  /** Outages of machines whose kernel the operator was told to be without. */
  #isTold({ machine, from }: Outage): boolean {
    return this.#dropped.some((one) => one.kernel === machine.kernel && from > one.from && from <= one.to);
  }

  /** The views that were changed; undefined if it was refused. */
  async #done(one: Step): Promise<Moved[] | undefined> {
    if ('publish' in one) return (await this.#publish(one.publish)).map((view) => ({ view, drops: [] }));
    try {
      return await this.#operate(one);
    } catch (error) {
      if (error instanceof MirrorError && isRefusal(error)) return undefined;
      throw error;
    }
  }

  /** If the store fails, the operator asks again. */
  async #operate({ asked, fault }: Extract<Step, { asked: unknown }>): Promise<Moved[] | undefined> {
    let calls = 0;
    this.#mirror.around = async (_, go) => {
      calls += 1;
      if (fault === undefined || calls - 1 !== fault.call) return go();
      if (fault.isAfter) await go();
      throw new MirrorError('StoreFailed', 'the store has failed');
    };
    try {
      const { views } = await this.#mirror.operate(asked);
      return views.filter(({ moved }) => moved).map(({ view, lines }) => ({ view, drops: dropsOf(lines) }));
    } catch (error) {
      if (!(error instanceof MirrorError && error.name === 'StoreFailed')) throw error;
      return this.#operate({ asked });
    } finally {
      this.#mirror.around = (_, go) => go();
    }
  }

  /** As a build does: what is held is not offered, and withdrawn inputs are not built. */
  async #publish(what: 'both' | 'kernels' | 'loader'): Promise<string[]> {
    this.#built += 1;
    const { state } = await this.#mirror.read('candidate');
    const isHeld = state.holds.some(({ release }) => (release === 'bootloaders') === (what === 'loader'));
    if (isHeld) return [];
    const name = `${new Date(this.#day).toISOString().slice(0, 10).replaceAll('-', '')}.083000`;
    const words = `b${this.#built}`;
    const images = { 'ga-24.04': words, 'hwe-24.04': words };
    const root = what === 'kernels' ? await this.#rootNow() : words;
    await this.#mirror.publish('candidate', name, what === 'loader' ? { loader: words } : { images, root });
    return ['candidate'];
  }

  /** Words of the root that candidate offers: a build of other kernels keeps it. */
  async #rootNow(): Promise<string> {
    const { 'ga-24.04': said = '' } = await this.#mirror.newest('candidate');
    return said.split('/')[1] ?? '';
  }

  async #fixed(): Promise<void> {
    for (const one of views) {
      for (const release of ['noble', 'bootloaders']) {
        await this.#step({ asked: OperationRequest.parse({ does: 'unhold', view: one, release }) });
      }
    }
    await this.#step({ publish: 'both' });
    await this.#step({ publish: 'loader' });
    await this.#step({ asked: promotion });
    const words = await this.#mirror.newest('stable');
    expect(words).toEqual(await this.#mirror.newest('candidate'));
    expect(words).toEqual({
      ...{
        'ga-24.04': `b${this.#built - 1}/b${this.#built - 1}`,
        'hwe-24.04': `b${this.#built - 1}/b${this.#built - 1}`,
      },
      pxelinux: `b${this.#built}`,
    });
    await this.#pass(180);
    for (const site of this.#sites) {
      const machines = [site.deploy(ga), site.deploy(hwe)];
      expect(machines.map((one) => ('impossible' in one ? one.impossible : lastWordOf(one.kernel)))).toEqual(
        Array(2).fill(`b${this.#built - 1}`),
      );
      expect([...site.loaders().values()].map(lastWordOf)).toEqual([`b${this.#built}`]);
      expect([site.outages().filter((outage) => !this.#isTold(outage)), site.faults]).toEqual([[], []]);
    }
  }

  async #pass(minutes: number): Promise<void> {
    for (const site of this.#sites) await site.advance(minutes);
  }

  async #seen(): Promise<Seen> {
    const found = await Promise.all(views.map(async (one) => [one, await this.#mirror.read(one)] as const));
    return new Map(found);
  }

  /** @param moved the views that were changed once; unknown if the store has failed */
  async #check(before: Seen, moved: readonly string[] | undefined): Promise<void> {
    const { store: mirror, signer } = this.#mirror;
    const marks = await withdrawnEverywhere({ mirror, signer });
    for (const [one, now] of await this.#seen()) {
      const was = before.get(one);
      if (moved) expect(now.head.entries - (was?.head.entries ?? 0)).toBe(moved.includes(one) ? 1 : 0);
      const documents = new Map([...now.documents].map(([id, { document }]) => [id, document]));
      expect(checkView(documents, { label: one })).toEqual([]);
      const offered = new Set(was === undefined ? [] : productsOf(was).flatMap((each) => contentsOf(each.versions)));
      const withdrawn = new WithdrawnIndex(one, marks);
      for (const document of documents.values()) {
        for (const [id, product] of Object.entries(document.products)) {
          const names = versionsOf({ product, shelved: now.shelf.products[id] }).map(([name]) => name);
          expect([...names, now.ledger.products[id]?.top ?? ''].sort().at(-1)).toBe(now.ledger.products[id]?.top);
          const fresh = Object.entries(product.versions).filter(([, version]) => !offered.has(contentDigest(version)));
          for (const [name, version] of fresh) expect(withdrawn.of(product, name, version)).toBeUndefined();
          expect(newestVersion(product)).toBeDefined();
        }
      }
    }
  }
}

type Seen = ReadonlyMap<string, PublishedView>;

/** A view that was changed, and the kernels that it lost by it. */
interface Moved {
  readonly view: string;
  readonly drops: readonly string[];
}

/** In minutes of the sites. */
interface Dropped {
  readonly kernel: string;
  readonly from: number;
  /** When every site has it again. */
  to: number;
}

/** Minutes: an hour to the next sync, and the download. */
const untilSitesFollow = 130;

const kernelsOf = (view: PublishedView) => productsOf(view).flatMap(({ subarch }) => subarch ?? []);

const dropsOf = (lines: readonly PlanLine[]) =>
  lines.flatMap(({ does, product = '' }) => (does === 'drop' ? (product.split('/')[3] ?? []) : []));

const promotion = OperationRequest.parse({ does: 'promote', from: 'candidate', to: 'stable' });
/** A flavour that candidate lost may keep another root in stable: then a promotion is refused until it is removed there. */
function isRefusal({ name, message }: MirrorError): boolean {
  return refusals.includes(name) || (name === 'ContractBroken' && message.includes('which would keep another root'));
}

const refusals = ['NoSuchVersion', 'NoSuchView', 'Held', 'Withdrawn', 'NotBooted', 'NotAttested', 'BadInput'];

const contentsOf = (versions: Readonly<Record<string, Parameters<typeof contentDigest>[0]>>) =>
  Object.values(versions).map(contentDigest);
