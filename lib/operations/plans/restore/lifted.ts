/* operations/plans/restore: lifting withdrawals, and undoing that. */

import { seriesOf } from '../../../catalog/names';
import { MirrorError } from '../../../errors';
import { commandLine } from '../../../job/operations/commands';
import type { PlanLine } from '../../../job/operations/outcome';
import { restoreCommand } from '../../../publication/gate/withdrawn-error';
import { highest } from '../../../publication/state/highest';
import { fieldsOfKey } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import type { Asked } from '../asked';
import { type ChosenProduct, chosenProducts, isMeant, productsMeant, releaseOf } from '../chosen-products';
import { versionNamed } from '../chosen-versions';
import type { MirrorContent } from '../planned';

/** Marks that are lifted, each with the parts that are. */
export type Lifted = ReadonlyMap<string, Withdrawal>;

/** What a restoration lifts, once that was decided: what is withdrawn meanwhile is not meant. */
export interface Lifting {
  /** @default - it is to be found by the version that the request names */
  readonly lifted?: Lifted;
}

/**
 * The withdrawals of a view that a restoration lifts, by id; of architectures or flavours, only their parts. The view need not
 * have the product any more: its mark is obeyed in every view. What another operator has lifted meanwhile stays so.
 * @throws NoSuchVersion (misuse) if there is none, which says where there is one; BadInput (misuse) if it must be lifted in
 * all views
 */
export function liftedMarks(content: ViewContent, request: Asked<'restore'> & Lifting, mirror: MirrorContent): Lifted {
  const { lifted = foundMarks(content, request, mirror) } = request;
  const { withdrawals } = content.state;
  const wider = request.allViews ? undefined : withdrawals.find(({ id, everywhere }) => everywhere && lifted.has(id));
  if (wider !== undefined) throw everywhereWithdrawn(request, wider);
  return lifted;
}

function foundMarks(content: ViewContent, request: Asked<'restore'>, { withdrawn }: MirrorContent): Lifted {
  const release = releaseNamed(content, request);
  const own = content.state.withdrawals.filter((mark) => mark.release === release);
  const here = marksMeant(own, content, request);
  const found =
    here.length > 0 || !request.allViews ? here : marksMeant(leftElsewhere(withdrawn, release), content, request);
  if (found.length === 0) {
    if (own.length === 0) chosenProducts(content, request);
    throw notWithdrawn(content, release, request.version, withdrawn);
  }
  return new Map(found.map((mark) => [mark.id, mark]));
}

/** Marks that were set in all views: some may be left in a view that could not be read when the others were lifted. */
function leftElsewhere(withdrawn: readonly Withdrawal[], release: string): Withdrawal[] {
  return withdrawn.filter((mark) => mark.everywhere && mark.release === release);
}

/** Those of a release that the operator means, each with the parts that are. */
function marksMeant(marks: readonly Withdrawal[], content: ViewContent, request: Asked<'restore'>): Withdrawal[] {
  const products = productsMeant(content, request);
  const word = request.version === 'newest' ? highest(marks.map(({ version }) => version)) : request.version;
  return marks.flatMap((mark): Withdrawal[] => {
    const parts = partsMeant(mark, word, products, content).filter(({ product }) => isChosen(product, request));
    return parts.length > 0 ? [{ ...mark, parts }] : [];
  });
}

/** Whether an operator means a product that may only be known from its mark. */
export function isChosen(key: string, { architectures, flavours }: Asked<'restore'>): boolean {
  return isMeant(fieldsOfKey(key), { architectures, flavours });
}

/** The release as marks name it, also if the view does not have it any more. */
function releaseNamed(content: ViewContent, { release }: Asked<'restore'>): string {
  const [one] = productsMeant(content, { release });
  return one === undefined ? seriesOf(release) : releaseOf(one.product);
}

/** Withdrawals without those that are lifted. Others are the same objects. */
export function remaining(marks: readonly Withdrawal[], lifted: Lifted): Withdrawal[] {
  return marks.flatMap((mark) => {
    const gone = lifted.get(mark.id);
    if (gone === undefined) return [mark];
    const lifts = new Set(gone.parts.map(nameOf));
    const parts = mark.parts.filter((part) => !lifts.has(nameOf(part)));
    return parts.length === 0 ? [] : [{ ...mark, parts }];
  });
}

/** Of what a view still has of the marks: of two marks for the same version, once. */
export function liftedLines(marks: readonly Withdrawal[], lifted: Lifted): PlanLine[] {
  const there = new Map(marks.map(({ id, parts }) => [id, new Set(parts.map(nameOf))]));
  const parts = [...lifted].flatMap(([id, mark]) => mark.parts.filter((part) => there.get(id)?.has(nameOf(part))));
  const once = new Map(parts.map((part) => [nameOf(part), part]));
  return [...once.values()].map(({ product, version }): PlanLine => ({ does: 'unmark', product, version }));
}

type Part = Withdrawal['parts'][number];

const nameOf = ({ product, version }: Part) => `${product} ${version}`;

/**
 * What of a mark is lifted with a version: all of it with the one that the mark is named after, as that undoes what set it. Of a
 * rollback over several versions, another one lifts only what was withdrawn under its name or has its files, or the rest, which
 * may be bad, would come back with it.
 */
function partsMeant(
  mark: Withdrawal,
  word: string | undefined,
  products: readonly ChosenProduct[],
  content: ViewContent,
): readonly Part[] {
  if (word === undefined) return [];
  if (mark.version === word) return mark.parts;
  const isOfOne = new Set(mark.parts.map(({ product }) => product)).size === mark.parts.length;
  if (isOfOne) return isOfVersion(mark, word, products, content) ? mark.parts : [];
  return mark.parts.filter((part) => isOfVersion({ ...mark, parts: [part] }, word, products, content));
}

/** A view may have the version under another name than the view that the operator named when it was withdrawn. */
function isOfVersion(
  mark: Withdrawal,
  word: string,
  products: readonly ChosenProduct[],
  { view }: ViewContent,
): boolean {
  if (mark.parts.some(({ version }) => version === word)) return true;
  const index = new WithdrawnIndex(view, [mark]);
  return products.some((one) => {
    const version = versionNamed(one, word);
    return version !== undefined && index.of(one.product, word, version) !== undefined;
  });
}

function notWithdrawn(
  { view, state }: ViewContent,
  release: string,
  version: string,
  withdrawn: readonly Withdrawal[],
): MirrorError {
  const elsewhere = withdrawn.find(
    (mark) => mark.release === release && (version === 'newest' || mark.version === version),
  );
  const here = state.withdrawals.filter((mark) => mark.release === release).map((mark) => mark.version);
  const has = here.length === 0 ? `nothing of ${release} is withdrawn there` : `withdrawn there: ${here.join(', ')}`;
  const what = version === 'newest' ? `nothing of ${release}` : `${release} ${version}`;
  return new MirrorError(
    'NoSuchVersion',
    `${what} is${version === 'newest' ? '' : ' not'} withdrawn in the view ${view}`,
    {
      hint: elsewhere === undefined ? has : `restore it where it is: ${restoreCommand(elsewhere)}`,
      misuse: true,
    },
  );
}

function everywhereWithdrawn(request: Asked<'restore'>, { release, ...mark }: Withdrawal): MirrorError {
  const { view } = request;
  const version = request.version === 'newest' ? mark.version : request.version;
  return new MirrorError('BadInput', `${release} ${version} is withdrawn in all views`, {
    hint: `restore it in all of them: ${commandLine(['restore', view, release, version], { ...request, allViews: true })}`,
    misuse: true,
  });
}
