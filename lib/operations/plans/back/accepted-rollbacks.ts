import { commandLine } from '../../../job/operations/commands';
import { maasName } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import { newestOf } from '../../../simplestreams/merge';
import type { Product } from '../../../simplestreams/types';
import type { Asked } from '../asked';
import { type ChosenProduct, productsIn, releaseOf } from '../chosen-products';
import { afterwards } from '../leads-back';
import type { Planned } from '../planned';
import { rolledBack, takenBackIn } from './rolled-back';

/**
 * The rollbacks that would be carried out now, and after which a view does not offer as the newest what a mark matches: by the
 * keys of the products. A rollback of the whole release comes first, then those of less; and first those that take back nothing
 * else.
 * @param bad keys of the products whose newest version the mark matches
 */
export function acceptedRollbacks(
  content: ViewContent,
  mark: Withdrawal,
  bad: ReadonlySet<string>,
  withdrawn: readonly Withdrawal[],
  at: Date,
): ReadonlyMap<string, string> {
  const { kind } = content.state;
  if (kind === 'frozen' || kind === 'selected') return new Map();
  const known = new Map<string, Tried>();
  const tryOf = (release: string, scope: Scope): Tried => {
    const command = commandLine(['rollback', content.view, release], scope);
    const tried = known.get(command) ?? { command, ...triedIn(content, mark, { release, ...scope }, withdrawn, at) };
    known.set(command, tried);
    return tried;
  };
  const commands = productsIn(content).flatMap(({ key, product }) => {
    if (!bad.has(key)) return [];
    const tries = scopesFor(product, mark).map((scope) => tryOf(releaseOf(product), scope));
    const ends = tries.filter(({ freed }) => freed.has(key));
    const best = ends.find(({ isExact }) => isExact) ?? ends[0];
    return best === undefined ? [] : [[key, best.command] as const];
  });
  return new Map(commands);
}

type Scope = Pick<Withdrawal, 'architectures' | 'flavours'>;

/** That of the mark, whose flavours may have other names in this view; then only what has the product's names. */
function scopesFor(product: Product, { architectures, flavours }: Withdrawal): Scope[] {
  const own = product.arch === undefined ? [] : [product.arch];
  // Of an image, a flavour means that only its kernel is taken back.
  const isNarrow = flavours.length > 0 || product['bootloader-type'] !== undefined;
  return [
    { architectures, flavours },
    { architectures: own, flavours },
    ...(isNarrow ? [{ architectures: own, flavours: [maasName(product)] }] : []),
  ];
}

interface Tried {
  readonly command: string;
  /** The keys of the products whose newest version the mark does not match then. None if it is refused. */
  readonly freed: ReadonlySet<string>;
  /** Whether it takes back nothing that the mark does not match. */
  readonly isExact: boolean;
}

function triedIn(
  content: ViewContent,
  mark: Withdrawal,
  words: Scope & { readonly release: string },
  withdrawn: readonly Withdrawal[],
  at: Date,
): Omit<Tried, 'command'> {
  const { view } = content;
  const index = new WithdrawnIndex(view, [mark]);
  const mirror = { views: new Map([[view, content]]), withdrawn: [...withdrawn, mark] };
  let isExact = false;
  const plan = (): Planned => {
    const scope = { architectures: [...words.architectures], flavours: [...words.flavours] };
    const how = { republish: false, allViews: false };
    const request: Asked<'rollback'> = { does: 'rollback', view, release: words.release, ...scope, ...how };
    const taken = takenBackIn(content, request, mirror, at);
    if (taken === undefined) return { views: [], remarks: [] };
    isExact = taken.versions.every(({ product, name, version }) => index.of(product, name, version) !== undefined);
    const { own, refusal } = rolledBack(content, taken, request, mirror, at);
    return { views: [own.planned], remarks: [], ...(refusal && { refusal }) };
  };
  const after = afterwards(content, plan);
  const isFree = ({ product }: ChosenProduct) => {
    const newest = newestOf(product);
    return newest === undefined || index.of(product, newest.name, newest.version) === undefined;
  };
  const freed = after === undefined ? [] : productsIn(after).filter(isFree);
  return { freed: new Set(freed.map(({ key }) => key)), isExact };
}
