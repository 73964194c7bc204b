import type { SelectedPart, ViewSource } from '../../publication/state/view-state';

/** Where a view gets its versions, in words: `follows stable`, `selects jammy from stable, all else from candidate`. */
export function sourceText({ promote, select }: Source): string {
  if (promote !== undefined)
    return `filled from ${promote.from}${promote.after === undefined ? '' : ` after ${promote.after}`}`;
  if (select === undefined) return 'promoted by hand';
  const text = selectionText(select);
  return text.startsWith('follows ') ? text : `selects ${text}`;
}

/** `follows stable`, `jammy from stable, all else from candidate`. */
export function selectionText(parts: readonly Part[]): string {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined && filterOf(first) === '') return `follows ${first.from}`;
  return parts.map((part) => `${filterOf(part) || 'all else'} from ${part.from}`).join(', ');
}

interface Source {
  readonly promote?: Pick<NonNullable<ViewSource['promote']>, 'from' | 'after'> | undefined;
  readonly select?: readonly Part[] | undefined;
}

type Part = { readonly [Field in keyof SelectedPart]: SelectedPart[Field] | undefined };

function filterOf({ releases = [], architectures = [], flavours = [] }: Part): string {
  return [...releases, ...architectures, ...flavours].join(' ');
}
