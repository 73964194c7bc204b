import fc from 'fast-check';
import { expect } from 'vitest';
import { MirrorError } from '../../../../lib/errors';
import type { OperationOutcome, Remark } from '../../../../lib/job/operations/outcome';
import { contentDigest, productKey } from '../../../../lib/publication/state/product-key';
import { newestVersion } from '../../../../lib/simplestreams/merge';
import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import { MemoryStore } from '../../../publication/made/memory-store';
import { MadeMirror, productsOf, type Words } from '../made-mirror';
import { commandsOf, requestOf } from './typed-line';

const views = ['candidate', 'stable', 'pilot', 'lab'] as const;

/** A build of both flavours, of new kernels only, of one flavour only, or of a bootloader; or a command. */
const builds = ['both', 'kernels', 'hwe', 'loader'] as const;
const moved = fc.constantFrom('candidate', 'candidate', 'stable', 'pilot');
const held = fc.constantFrom('candidate', 'stable', 'pilot', 'lab');
const scope = fc.constantFrom('noble', 'noble', 'noble --arch amd64', 'noble --flavour hwe', 'bootloaders');
const all = fc.constantFrom('', '', ' --all-views');
const line = fc.oneof(
  { arbitrary: fc.constantFrom(...builds), weight: 3 },
  { arbitrary: fc.constantFrom('promote candidate stable', 'promote stable pilot'), weight: 3 },
  { arbitrary: fc.tuple(moved, scope, all).map((words) => withdrawalOf(...words)), weight: 3 },
  {
    arbitrary: fc.tuple(moved, scope, all).map(([view, what, views]) => `rollback ${view} ${what}${views}`),
    weight: 4,
  },
  fc.tuple(moved, scope, all).map((words) => withdrawalOf(...words).replace('withdraw', 'restore')),
  fc.tuple(held, fc.constantFrom('noble', 'noble --at OLDER', 'bootloaders')).map((words) => `hold ${words.join(' ')}`),
  fc.tuple(held, fc.constantFrom('noble', 'bootloaders')).map((words) => `unhold ${words.join(' ')}`),
  moved.map((view) => `attest ${view} noble newest --check hw-lab --fail`),
);

function withdrawalOf(view: string, what: string, views: string): string {
  const [release, ...options] = what.split(' ');
  return ['withdraw', view, release, 'newest', ...options].join(' ') + views;
}

/** Does random things to a mirror, and types on a copy of it whatever is printed: every undo leads back, no way back is refused. */
export async function typePrinted(signer: Signer, numRuns: number): Promise<void> {
  const filled = new MemoryStore();
  const first = new Operator(new MadeMirror(filled, signer));
  for (const one of ['both', 'loader', 'both', 'loader', 'promote candidate stable', 'promote stable pilot']) {
    await first.does(one);
  }
  await first.does('view create lab --from stable');
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 3, maxLength: 9 }), async (lines) => {
      const operator = new Operator(new MadeMirror(filled.copy(), signer), first);
      for (const one of lines) await operator.does(one);
    }),
    { numRuns },
  );
}

class Operator {
  readonly #mirror: MadeMirror;
  #hour = Date.parse('2026-11-21T08:30:00Z');
  #built = 0;
  #names: string[] = [];

  /** @param after whose work is in the mirror */
  constructor(mirror: MadeMirror, after?: Operator) {
    this.#mirror = mirror;
    if (after === undefined) return;
    this.#hour = after.#hour;
    this.#built = after.#built;
    this.#names = [...after.#names];
  }

  async does(line: string): Promise<void> {
    this.#hour += 3_600_000;
    this.#mirror.turnClockTo(new Date(this.#hour).toISOString());
    if (isBuild(line)) return this.#publish(line);
    const before = await this.#said(this.#mirror);
    const command = line.replace('OLDER', this.#names.at(-2) ?? '');
    const outcome = await carriedOut(this.#mirror, command);
    if (outcome === undefined) return;
    await this.#undo(command, outcome, before);
    await this.#goBack(command, outcome, 'still offered');
    await this.#goBack(command, outcome, 'not offered');
  }

  /** With its undo, all is as before; a promotion is undone by a hold. */
  async #undo(line: string, outcome: OperationOutcome, before: Said): Promise<void> {
    const commands = commandsOf(outcome, 'undo');
    const isExact = outcome.remarks.every(({ about, why }) => about !== 'undo' || why === undefined);
    if (commands.length === 0) return;
    const copy = this.#copy();
    for (const command of commands) await expectAccepted(copy, command, line);
    if (!isExact) return;
    const after = await this.#said(copy);
    for (const [view, { offered, holds, ...decided }] of Object.entries(before)) {
      const found = after[view];
      const isPromoted = line.startsWith('promote ');
      // What was promoted for the first time is not in this.
      expect(found?.offered, `${view} after ${line}, ${commands.join(', ')}`).toEqual(offered);
      expect({ ...found, ...(isPromoted && { holds }) }).toMatchObject({ ...decided, holds });
    }
  }

  /**
   * What is printed for a view that goes on offering what is withdrawn, or does not offer what was restored, is accepted, one after
   * the other, and ends that.
   */
  async #goBack(line: string, outcome: OperationOutcome, what: Remark['about']): Promise<void> {
    for (const { about, view = '', product = '', commands = [] } of outcome.remarks) {
      if (about !== what) continue;
      if (commands.length === 0) continue;
      const copy = this.#copy();
      const { [view]: was } = await this.#said(copy);
      for (const command of commands) await expectAccepted(copy, command, line);
      const { [view]: is } = await this.#said(copy);
      expect(is?.offered[product], `${view} ${product} after ${line}, ${commands}`).not.toBe(was?.offered[product]);
    }
  }

  #copy(): MadeMirror {
    const copy = new MadeMirror((this.#mirror.store as MemoryStore).copy(), this.#mirror.signer);
    copy.turnClockTo(new Date(this.#hour + 60_000).toISOString());
    return copy;
  }

  async #publish(what: (typeof builds)[number]): Promise<void> {
    this.#built += 1;
    const { state } = await this.#mirror.read('candidate');
    if (state.holds.length > 0) return;
    const name = `${new Date(this.#hour).toISOString().slice(0, 10).replaceAll('-', '')}.${this.#time()}`;
    const words = `b${this.#built}`;
    const images: Words = what === 'hwe' ? { 'hwe-24.04': words } : { 'ga-24.04': words, 'hwe-24.04': words };
    const { 'ga-24.04': now = '' } = await this.#mirror.newest('candidate');
    const root = what === 'both' ? words : (now.split('/')[1] ?? '');
    await this.#mirror.publish('candidate', name, what === 'loader' ? { loader: words } : { images, root });
    this.#names.push(name);
  }

  #time(): string {
    return new Date(this.#hour).toISOString().slice(11, 19).replaceAll(':', '');
  }

  async #said(mirror: MadeMirror): Promise<Said> {
    const all = await Promise.all(views.map(async (view) => [view, await saidOf(mirror, view)] as const));
    return Object.fromEntries(all);
  }
}

type Said = Readonly<Record<string, Awaited<ReturnType<typeof saidOf>>>>;

async function saidOf(mirror: MadeMirror, view: string) {
  const published = await mirror.read(view);
  const offered = productsOf(published).map((product) => {
    const newest = product.versions[newestVersion(product) ?? ''];
    return [productKey(product), newest && contentDigest(newest)] as const;
  });
  const { withdrawals, holds, source } = published.state;
  // By what they mean: what is set again has another id, and what comes back may have a newer name.
  const marks = withdrawals.flatMap(({ parts, everywhere }) =>
    parts.map(({ version, made, ...part }) => JSON.stringify([everywhere, part])),
  );
  const held = holds.map(({ release, architectures, flavours, at, until }) =>
    JSON.stringify([release, architectures, flavours, at, until]),
  );
  const decided = { marks: [...new Set(marks)].sort(), holds: held.sort() };
  return { offered: Object.fromEntries(offered), ...decided, source };
}

/** Nothing if it is refused. */
async function carriedOut(mirror: MadeMirror, line: string): Promise<OperationOutcome | undefined> {
  try {
    return await mirror.operate(requestOf(line));
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}

async function expectAccepted(mirror: MadeMirror, command: string, line: string): Promise<void> {
  try {
    await mirror.operate(requestOf(command));
  } catch (error) {
    throw new Error(`${command}, as it is printed after ${line}, is refused: ${error}`);
  }
}

function isBuild(line: string): line is (typeof builds)[number] {
  return (builds as readonly string[]).includes(line);
}
