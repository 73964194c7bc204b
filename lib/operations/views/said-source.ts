import type { SelectedPart, ViewSource } from '../../publication/state/view-state';

/** Where a view gets its versions, in words: `follows stable`, `selects jammy from stable, all else from candidate`. */
export function saidSource({ promote, select }: Said): string {
  if (promote !== undefined)
    return `filled from ${promote.from}${promote.after === undefined ? '' : ` after ${promote.after}`}`;
  if (select === undefined) return 'promoted by hand';
  const [first] = select;
  if (select.length === 1 && first !== undefined && filterOf(first) === '') return `follows ${first.from}`;
  return `selects ${select.map((part) => `${filterOf(part) || 'all else'} from ${part.from}`).join(', ')}`;
}

interface Said {
  readonly promote?: Pick<NonNullable<ViewSource['promote']>, 'from' | 'after'> | undefined;
  readonly select?: readonly SaidPart[] | undefined;
}

type SaidPart = { readonly [Field in keyof SelectedPart]: SelectedPart[Field] | undefined };

function filterOf({ releases = [], architectures = [], flavours = [] }: SaidPart): string {
  return [...releases, ...architectures, ...flavours].join(' ');
}
