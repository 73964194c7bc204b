import type { PlanLine, Remark } from '../../../job/operations/outcome';
import { partOf } from '../../../publication/derived/selected-products';
import { contentDigest } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import { newestOf } from '../../../simplestreams/merge';
import type { Asked } from '../asked';
import { type ChosenProduct, productsIn } from '../chosen-products';
import { afterAll, type Step } from '../leads-back';
import type { MirrorContent } from '../planned';
import { remaining } from './lifted';
import { type OfferedNext, type Offering, restoringBoth, unholdingIt } from './offered-next';
import type { Restored } from './restored';

/**
 * What a view offers where a restoration brings nothing back, why, and the commands that offer what was restored. Nothing if
 * something comes back.
 */
export function keptOffers(
  { content, lifted, planned }: Restored,
  request: Asked<'restore'>,
  mirror: MirrorContent,
  at: Date,
): readonly Remark[] {
  if (planned.change === undefined || planned.lines.some(({ does }) => does === 'offer')) return [];
  const after = { ...content, ...planned.change, view: content.view };
  const withdrawn = remaining(mirror.withdrawn, lifted);
  const kept: Kept = {
    ...{ after, flavours: request.flavours, withdrawn, at },
    was: new WithdrawnIndex(after.view, [...lifted.values()]),
    is: new WithdrawnIndex(after.view, [...after.state.withdrawals, ...withdrawn]),
    lines: new Map(planned.lines.filter(isTold).map((line) => [line.product ?? '', line])),
    tried: new Map(),
  };
  const keys = new Set([...lifted.values()].flatMap(({ parts }) => parts.map(({ product }) => product)));
  return productsIn(after).flatMap((one): Remark[] => {
    const newest = newestOf(one.product);
    if (!keys.has(one.key) || newest === undefined) return [];
    const where = { view: after.view, product: one.key, version: newest.name };
    return [{ about: 'not offered', ...where, ...reasonOf(one, kept) }];
  });
}

/** Lines that say why something is not offered. */
const isTold = ({ does }: PlanLine) => does === 'hold back' || does === 'pass over';

interface Kept extends Offering {
  /** What was withdrawn, and what still is. */
  readonly was: WithdrawnIndex;
  readonly is: WithdrawnIndex;
  /** By product. */
  readonly lines: ReadonlyMap<string, PlanLine>;
  /** What is the newest of each product after some commands: they are the same for all products of a release. */
  readonly tried: Map<string, ReadonlyMap<string, string>>;
}

type Reason = Pick<Remark, 'why' | 'commands'>;

function reasonOf(one: ChosenProduct, kept: Kept): Reason {
  const { product, key } = one;
  const { after, was, is, lines } = kept;
  const newest = newestOf(product);
  if (newest !== undefined && was.of(product, newest.name, newest.version) !== undefined)
    return { why: 'it was not taken back' };
  const { does, version = '', why = 'older' } = lines.get(key) ?? {};
  if (does === 'hold back') return withCommands(unholdingIt(one, kept), one, kept);
  const entry = one.shelved?.versions[version]?.version;
  const match = entry && is.of(product, version, entry);
  if (match !== undefined) {
    const both = restoringBoth(one, version, match.withdrawal, kept);
    return withCommands({ ...both, why: `${why}; ${both.why}` }, one, kept, { why });
  }
  if (does === 'pass over' && why !== 'older') return { why };
  const isBelow = Object.entries(product.versions).some(([name, version]) => was.of(product, name, version));
  if (isBelow || does === 'pass over') return { why: 'what was restored is below it' };
  return { why: notThere(one, after) };
}

/** Without its commands, and with what is said then, if they would be refused or would not offer anything else. */
function withCommands(
  { why, steps }: OfferedNext,
  { key, product }: ChosenProduct,
  kept: Kept,
  otherwise: Reason = { why },
): Reason {
  const commands = steps.map(({ command }) => command);
  const name = commands.join('\n');
  const then = kept.tried.get(name) ?? newestAfter(steps, kept);
  kept.tried.set(name, then);
  const newest = newestOf(product);
  const isOther = then.has(key) && then.get(key) !== (newest && contentDigest(newest.version));
  return isOther ? { why, commands } : otherwise;
}

function newestAfter(steps: readonly Step[], { after }: Kept): ReadonlyMap<string, string> {
  const then = afterAll(after, steps);
  const all = then === undefined ? [] : productsIn(then);
  return new Map(
    all.flatMap(({ key, product }) => {
      const newest = newestOf(product);
      return newest === undefined ? [] : [[key, contentDigest(newest.version)] as const];
    }),
  );
}

/** Why what was restored is not in the view at all; nothing keeps it away by now. */
function notThere({ product }: ChosenProduct, { view, state: { kind, source } }: ViewContent): string {
  if (kind === 'selected') {
    const from = partOf(source?.select ?? [], product)?.from;
    return from === undefined ? 'none of the views that it follows has it' : `it follows ${from}`;
  }
  const gone = `what was restored is no longer in ${view}`;
  if (kind !== 'promoted') return `${gone}; a build may publish it again`;
  const from = source?.promote?.from;
  return `${gone}; a promotion${from === undefined ? '' : ` from ${from}`} may offer it again`;
}
