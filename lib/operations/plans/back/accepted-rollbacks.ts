import { commandLine } from '../../../job/operations/commands';
import { heldBy } from '../../../publication/state/holds';
import { maasName } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import { newestOf } from '../../../simplestreams/merge';
import type { Product } from '../../../simplestreams/types';
import type { Asked } from '../asked';
import { productsIn, releaseOf } from '../chosen-products';
import { unholding } from '../holds/unholding';
import { afterwards } from '../leads-back';
import type { Planned } from '../planned';
import { unholdCommand } from './matched-mirror';
import { rolledBack, takenBackIn } from './rolled-back';

/**
 * The rollbacks that would be carried out now, and after which a view does not offer as the newest what a mark matches: by the
 * keys of the products. A rollback of the whole release comes first, then those of less; and first those that take back nothing
 * else. Where a hold stands in the way, it is lifted first, which may be enough.
 * @param bad keys of the products whose newest version the mark matches
 */
export function acceptedRollbacks(
  content: ViewContent,
  mark: Withdrawal,
  bad: ReadonlySet<string>,
  withdrawn: readonly Withdrawal[],
  at: Date,
): ReadonlyMap<string, readonly string[]> {
  const { kind, holds } = content.state;
  if (kind === 'frozen' || kind === 'selected') return new Map();
  const now = new Trials(content, mark, withdrawn, at);
  const unheld = new Map<string, Trials | undefined>();
  const ways = productsIn(content).flatMap(({ key, product }): (readonly [string, readonly string[]])[] => {
    if (!bad.has(key)) return [];
    const rollback = now.endOf(key, product);
    if (rollback !== undefined) return [[key, [rollback]]];
    const unhold = unholdCommand(content.view, releaseOf(product), [key], holds);
    if (unhold === undefined) return [];
    if (!unheld.has(unhold)) unheld.set(unhold, now.unheld(product));
    const then = unheld.get(unhold);
    if (then?.isFree(key)) return [[key, [unhold]]];
    const back = then?.endOf(key, product);
    return back === undefined ? [] : [[key, [unhold, back]]];
  });
  return new Map(ways);
}

/** The rollbacks of a view, each tried once. */
class Trials {
  readonly #known = new Map<string, Tried>();
  #free: ReadonlySet<string> | undefined;

  constructor(
    private readonly content: ViewContent,
    private readonly mark: Withdrawal,
    private readonly withdrawn: readonly Withdrawal[],
    private readonly at: Date,
  ) {}

  /** The rollback after which a product has a good version. */
  endOf(key: string, product: Product): string | undefined {
    const ends = scopesFor(product, this.mark)
      .map((scope) => this.#try(releaseOf(product), scope))
      .filter(({ freed }) => freed.has(key));
    return (ends.find(({ isExact }) => isExact) ?? ends[0])?.command;
  }

  isFree(key: string): boolean {
    this.#free ??= freeIn(this.content, this.mark);
    return this.#free.has(key);
  }

  /** The same once what holds a product is lifted; undefined if that would be refused. */
  unheld(product: Product): Trials | undefined {
    const { view, state } = this.content;
    const [hold, ...others] = state.holds.filter((one) => heldBy({ holds: [one] }, product));
    const { architectures = [], flavours = [] } = hold !== undefined && others.length === 0 ? hold : {};
    const scope = { architectures: [...architectures], flavours: [...flavours] };
    const mirror = { views: new Map([[view, this.content]]), withdrawn: [...this.withdrawn, this.mark] };
    const asked: Asked<'unhold'> = { does: 'unhold', view, release: releaseOf(product), ...scope };
    const after = afterwards(this.content, () => unholding(asked, mirror, this.at).planned);
    return after && new Trials(after, this.mark, this.withdrawn, this.at);
  }

  #try(release: string, scope: Scope): Tried {
    const command = commandLine(['rollback', this.content.view, release], scope);
    const words = { release, ...scope };
    const tried = this.#known.get(command) ?? {
      ...{ command, ...triedIn(this.content, this.mark, words, this.withdrawn, this.at) },
    };
    this.#known.set(command, tried);
    return tried;
  }
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
  return { freed: after === undefined ? new Set() : freeIn(after, mark), isExact };
}

/** The keys of the products whose newest version a mark does not match. */
function freeIn(content: ViewContent, mark: Withdrawal): ReadonlySet<string> {
  const index = new WithdrawnIndex(content.view, [mark]);
  const free = productsIn(content).filter(({ product }) => {
    const newest = newestOf(product);
    return newest === undefined || index.of(product, newest.name, newest.version) === undefined;
  });
  return new Set(free.map(({ key }) => key));
}
