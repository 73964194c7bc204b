import { promotionText, selectionText } from '../../lib/operations/plans/source-text';
import type { ViewDownload, ViewSummary } from '../../lib/operations/views-of-mirror';
import { counted, size } from '../terminal/sizes';
import { type Column, narrowTable, table } from '../terminal/table';
import { wrapped } from '../terminal/wrapped';
import { heldSince } from './list-text';

/** A line for each view. */
export function viewsLines(views: readonly ViewSummary[]): string[] {
  return views.length === 0 ? ['nothing has been published yet'] : narrowTable(columns, views);
}

const columns: readonly Column<ViewSummary>[] = [
  { heading: 'VIEW', cell: ({ view }) => view },
  { heading: 'KIND', cell: ({ kind = 'unknown' }) => kind },
  { heading: 'NEWEST', cell: ({ newest = '' }) => newest },
  { heading: 'SIZE', cell: (view) => size(view.size), isSize: true },
  { heading: 'FROM', cell: sourceText },
];

const unreadable = 'unreadable: run verify';

/** `candidate after 3d`, `follows stable`, `jammy from stable, all else from candidate`. */
export function sourceText({ kind, source }: Pick<ViewSummary, 'kind' | 'source'>): string {
  if (kind === undefined) return unreadable;
  if (source?.promote !== undefined) return promotionText(source.promote);
  if (source?.select !== undefined) return selectionText(source.select);
  if (source?.snapshot !== undefined) return source.snapshot.from;
  return kind === 'built' ? 'recipe' : kind === 'promoted' ? 'promoted by hand' : '';
}

/** Everything about one view. */
export function viewLines(view: ViewSummary): string[] {
  const { kind = 'unknown', holds, pending, withdrawals, downloads, newest = 'nothing yet' } = view;
  return [
    `${view.view} (${kind})`,
    ...wrapped(`from         ${sourceText(view)}`, 15, 2),
    `  newest       ${newest}`,
    `  size         ${size(view.size)}`,
    ...holds.flatMap((hold) => wrapped(`held         ${hold.release}: ${heldSince(hold)}`, 15, 2)),
    ...(pending === 0 ? [] : [`  pending      ${counted(pending, 'version')}`]),
    ...(withdrawals === 0 ? [] : [`  withdrawals  ${withdrawals}`]),
    ...(downloads.length === 0
      ? []
      : ['one MAAS downloads', ...table(downloadColumns, downloads).map((one) => `  ${one}`)]),
  ];
}

const downloadColumns: readonly Column<ViewDownload>[] = [
  { heading: 'SELECTION', cell: ({ release, architecture }) => `${release} ${architecture}` },
  { heading: 'ALL', cell: ({ all }) => size(all), isSize: true },
  { heading: 'NEW SINCE THE VERSION BEFORE', cell: ({ fresh }) => size(fresh), isSize: true },
];
