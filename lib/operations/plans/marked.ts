import { commandLine } from '../../job/operations/commands';
import type { PlanLine } from '../../job/operations/outcome';
import { timeText } from '../../publication/state/kept-ledger';
import { fieldsOfKey } from '../../publication/state/product-key';
import type { ShelfEntry } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { withdrawnPart } from '../../publication/state/withdrawals';
import { sha256Of } from '../../sha256';
import { writeJson } from '../../simplestreams/json';
import type { Product } from '../../simplestreams/types';
import { byBytes, sortsAbove } from '../../simplestreams/version-order';
import { type Asker, askerOf } from './asked';
import { releaseOf } from './chosen-products';
import type { ChosenVersion } from './chosen-versions';
import { withoutInputs } from './moved';

/** What is to be withdrawn. */
interface Marking extends Asker {
  readonly view: string;
  readonly architectures: readonly string[];
  readonly flavours: readonly string[];
  readonly allViews: boolean;
}

/**
 * The mark for versions of a view: the one that the view already has for exactly these, or a new one. Its id follows from
 * what was asked and when, so that a plan that is made again, for the next view, sets the same one.
 */
export function markFor(
  versions: readonly ChosenVersion[],
  asked: Marking,
  { state }: ViewContent,
  at: Date,
): Withdrawal {
  const { view, architectures, flavours, allViews } = asked;
  const kernelOnly = flavours.length > 0;
  const parts = versions.map((one) => withdrawnPart(inputsKnown(one), one.name, one.version, kernelOnly));
  const named = {
    view,
    release: releaseOf(versions[0]?.product ?? { versions: {} }),
    version: versions[0]?.name ?? '',
  };
  const known = state.withdrawals.find((one) => one.view === view && saysTheSame(one.parts, parts));
  const id = sha256Of(writeJson({ ...named, at: timeText(at), architectures, flavours })).slice(0, 12);
  const mark = known ?? { id, at: timeText(at), ...askerOf(asked), ...named, architectures, flavours, parts };
  return allViews ? { ...mark, everywhere: true } : mark;
}

/** The inputs that a product was last checked with are those of its newest pending version, if it has one. */
function inputsKnown({ product, shelved, name }: ChosenVersion): Product {
  const isAbove = ([other, { why }]: [string, ShelfEntry]) => why === 'held' && sortsAbove(other, name);
  return Object.entries(shelved?.versions ?? {}).some(isAbove) ? withoutInputs(product) : product;
}

/** The withdrawals of a view with this mark; undefined if it has it already. */
export function withMark({ state }: ViewContent, mark: Withdrawal): readonly Withdrawal[] | undefined {
  const others = state.withdrawals.filter(({ id }) => id !== mark.id);
  const known = state.withdrawals.find(({ id }) => id === mark.id);
  return known !== undefined && writeJson(known) === writeJson(mark) ? undefined : [...others, mark];
}

/**
 * A new mark, without the architectures that the view has marked before, so that lifting it leaves those withdrawn. It stays whole
 * where architectures do not tell what is new.
 */
export function markOfNew(mark: Withdrawal, content: ViewContent): Withdrawal {
  const parts = newParts(mark, content);
  const isKnown = content.state.withdrawals.some(({ id }) => id === mark.id);
  if (isKnown || parts.length === 0 || parts.length === mark.parts.length) return mark;
  const architectures = [...new Set(parts.map(architectureOf))].sort(byBytes);
  const isTold = mark.parts.every((part) => parts.includes(part) === architectures.includes(architectureOf(part)));
  return isTold ? { ...mark, parts, architectures } : mark;
}

/** The parts of a mark that a view has no other mark for. One in all views is for more than one in the view alone. */
export function newParts(
  { id, view, everywhere = false, parts }: Withdrawal,
  { state }: ViewContent,
): Withdrawal['parts'] {
  const others = state.withdrawals.filter((one) => {
    return one.id !== id && one.view === view && (!everywhere || one.everywhere);
  });
  const known = new Set(others.flatMap((one) => one.parts.map(partText)));
  return parts.filter((part) => !known.has(partText(part)));
}

const architectureOf = ({ product }: Withdrawal['parts'][number]) => fieldsOfKey(product).arch ?? '';

/** Sets a mark in the views that lack it, and tells which of them offer what it matches, and how that ends. */
export function markingAgain({ view, release, architectures, flavours, parts }: Withdrawal): string[] {
  const names = [...new Set(parts.map(({ version }) => version))];
  const scope = { architectures, flavours, allViews: true };
  return names.map((name) => commandLine(['withdraw', view, release, name], scope));
}

export function markLines({ parts }: Pick<Withdrawal, 'parts'>): PlanLine[] {
  return parts.map(({ product, version }) => ({ does: 'mark', product, version }));
}

/** Whether two marks are for the same versions. */
function saysTheSame(some: Withdrawal['parts'], others: Withdrawal['parts']): boolean {
  const told = (parts: Withdrawal['parts']) => parts.map(partText).join('\n');
  return told(some) === told(others);
}

/** What a part of a mark is for: what that was made from may be known better by now. */
function partText({ made, ...part }: Withdrawal['parts'][number]): string {
  return writeJson(part);
}
