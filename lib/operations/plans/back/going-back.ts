import type { PlanLine } from '../../../job/operations/outcome';
import { labelOf } from '../../../publication/derived/relabel';
import { topAmong } from '../../../publication/names/known-names';
import { renamed } from '../../../publication/names/renamed';
import { nameAbove } from '../../../publication/names/version-names';
import { offerGroups } from '../../../publication/offers/offer-groups';
import { fieldsOf } from '../../../publication/state/shelf';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import { newestOf, newestVersion } from '../../../simplestreams/merge';
import type { Product, Version } from '../../../simplestreams/types';
import { sortsAbove } from '../../../simplestreams/version-order';
import { type ChosenProduct, productsIn } from '../chosen-products';
import { namesOf } from '../chosen-versions';
import { contentIdOf, type Leaving, type Offer } from '../moved';
import { earlierKernel, earlierVersions } from './earlier-versions';
import { bootedTriples, mixedVersion } from './mixed-version';

/** What leaves the documents of a view, and what is offered instead. */
export interface Moves {
  readonly leaving: readonly Leaving[];
  readonly offers: readonly Offer[];
  readonly lines: readonly PlanLine[];
  /** Products whose newest version is withdrawn, and that have nothing to go back to: they stay as they are. */
  readonly stuck: readonly ChosenProduct[];
}

export interface GoingBack {
  /** Withdrawals of all views. */
  readonly withdrawn: readonly Withdrawal[];
  readonly at: Date;
  /** Whether what is gone back to gets a newer name as well. A bootloader always does: MAAS unpacks only what it downloads. */
  readonly republish: boolean;
  readonly reason?: string;
}

/**
 * Takes back what a mark matches, where it is the newest version of a product, with everything above the version that is gone
 * back to. Products that must have one root go back together; if only the kernel is withdrawn, the product alone does.
 */
export function goingBack(content: ViewContent, mark: Withdrawal, asked: GoingBack): Moves {
  const marked = new WithdrawnIndex(content.view, [mark]);
  const index = new WithdrawnIndex(content.view, [mark, ...content.state.withdrawals, ...asked.withdrawn]);
  const offered = productsIn(content).filter(({ product }) => newestVersion(product) !== undefined);
  const withdrawn = offered.filter(({ product }) => isNewestIn(marked, product));
  const [kernels, whole] = [
    withdrawn.filter(({ product }) => isOfKernel(mark, product)),
    withdrawn.filter(({ product }) => !isOfKernel(mark, product)),
  ];
  const bad = new Set(whole.map(({ id }) => id));
  const groups = offerGroups(offered).filter((group) => group.some(({ id }) => bad.has(id)));
  const back = { ...asked, content, index, booted: kernels.length > 0 ? bootedTriples(content) : new Set<string>() };
  return joined([
    ...groups.map((group) => movesOfGroup(group, bad, back)),
    ...kernels.map((one) => movesOfKernel(one, back)),
  ]);
}

interface Back extends GoingBack {
  readonly content: ViewContent;
  readonly index: WithdrawnIndex;
  readonly booted: ReadonlySet<string>;
}

function isNewestIn(index: WithdrawnIndex, product: Product): boolean {
  const newest = newestOf(product);
  return newest !== undefined && index.of(product, newest.name, newest.version) !== undefined;
}

function isOfKernel({ flavours }: Withdrawal, { versions }: Product): boolean {
  return flavours.length > 0 && Object.values(versions).some(({ items }) => items['boot-kernel'] !== undefined);
}

function movesOfGroup(group: readonly ChosenProduct[], bad: ReadonlySet<string>, back: Back): Moves {
  const earlier = earlierVersions(
    group.map(({ product }) => product),
    back.index,
  );
  if (earlier.size === 0) return { ...nothing, stuck: group.filter(({ id }) => bad.has(id)) };
  const moved = group.filter((one) => earlier.get(one.key) !== newestVersion(one.product));
  const top = topAmong(
    moved.map(({ id }) => id),
    back.content,
  );
  return joined(
    moved.map((one) => {
      const name = earlier.get(one.key);
      const version = name === undefined ? undefined : one.product.versions[name];
      if (name === undefined || version === undefined) return droppedOf(one);
      const isAgain = back.republish || one.product['bootloader-type'] !== undefined;
      return movesTo(
        one,
        name,
        isAgain ? againAs(nameAbove(top ?? name, back.at), name, version, back) : undefined,
        back,
      );
    }),
  );
}

function movesOfKernel(one: ChosenProduct, back: Back): Moves {
  const good = earlierKernel(one.product, back.index);
  const newest = newestVersion(one.product) ?? '';
  const root = one.product.versions[newest];
  if (good === undefined || root === undefined) return { ...nothing, stuck: [one] };
  const { content, at, republish } = back;
  const name = nameAbove(topAmong([one.id], content) ?? newest, at);
  if (good.hasRoot)
    return movesTo(one, good.name, republish ? againAs(name, good.name, good.version, back) : undefined, back);
  const mixed = mixedVersion(root, good.version, { name: good.name, label: labelOf(content) }, back);
  return movesTo(one, good.name, againAs(name, good.name, mixed, back), back);
}

/** Under a newer name, a version remembers where it was built. */
function againAs(name: string, was: string, version: Version, { content }: Back): Again {
  return { name, version: renamed(version, was, name, labelOf(content)) };
}

interface Again {
  readonly name: string;
  readonly version: Version;
}

/** Back to a version; `again` is offered above it. */
function movesTo(
  one: ChosenProduct,
  kept: string,
  again: Again | undefined,
  { content }: Pick<Back, 'content'>,
): Moves {
  const { id, key, product } = one;
  const names = namesOf(product).filter((name) => sortsAbove(name, kept));
  const newest = again?.name ?? kept;
  const leaving = { ...one, names, instead: newest };
  const ends = { before: names[0] ?? '', newest };
  const lines = leaving.names.map((version): PlanLine => ({ does: 'take back', product: key, version, ...ends }));
  if (again === undefined) return { leaving: [leaving], offers: [], lines, stuck: [] };
  const offer = { contentId: contentIdOf(content, id), id, fields: fieldsOf(product), ...again };
  const line: PlanLine = { does: 'offer', product: key, version: kept, name: again.name, ...ends };
  return { leaving: [leaving], offers: [offer], lines: [...lines, line], stuck: [] };
}

function droppedOf(one: ChosenProduct): Moves {
  const names = namesOf(one.product);
  const lines = names.map((version): PlanLine => {
    return { does: 'take back', product: one.key, version, before: names[0] ?? '' };
  });
  return { ...nothing, leaving: [{ ...one, names }], lines: [...lines, { does: 'drop', product: one.key }] };
}

const nothing: Moves = { leaving: [], offers: [], lines: [], stuck: [] };

function joined(all: readonly Moves[]): Moves {
  return {
    leaving: all.flatMap(({ leaving }) => leaving),
    offers: all.flatMap(({ offers }) => offers),
    lines: all.flatMap(({ lines }) => lines),
    stuck: all.flatMap(({ stuck }) => stuck),
  };
}
