import type { Promotion, SelectedPart } from '../../publication/state/view-state';

/** Where a view gets its versions, in words: `follows stable`, `selects jammy from stable, all else from candidate`. */
export function sourceText({ promote, select }: Source): string {
  if (promote !== undefined) return `filled from ${promotionText(promote)}`;
  if (select === undefined) return 'promoted by hand';
  const text = selectionText(select);
  return text.startsWith('follows ') ? text : `selects ${text}`;
}

/** `candidate after 3d, hw-lab`: the checks that must have passed come last. */
export function promotionText({ from, after, require = [] }: FilledFrom): string {
  const conditions = [...(after === undefined ? [] : [`after ${after}`]), ...require];
  return [from, conditions.join(', ')].filter(Boolean).join(' ');
}

/** `follows stable`, `jammy from stable, all else from candidate`. */
export function selectionText(parts: readonly Part[]): string {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined && filterOf(first) === '') return `follows ${first.from}`;
  return parts.map((part) => `${filterOf(part) || 'all else'} from ${part.from}`).join(', ');
}

type FilledFrom = { readonly [Field in keyof Promotion]: Promotion[Field] | undefined };

interface Source {
  readonly promote?: FilledFrom | undefined;
  readonly select?: readonly Part[] | undefined;
}

type Part = { readonly [Field in keyof SelectedPart]: SelectedPart[Field] | undefined };

function filterOf({ releases = [], architectures = [], flavours = [] }: Part): string {
  return [...releases, ...architectures, ...flavours].join(' ');
}
