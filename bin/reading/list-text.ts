/* bin/reading: what lists, histories and changes print. */

import { supportMark } from '../../lib/catalog/support';
import type { ListedView, MirrorRow } from '../../lib/operations/list';
import { type Hold, hasEnded } from '../../lib/publication/state/holds';
import { counted, size } from '../terminal/sizes';
import { type Column, narrowTable, table } from '../terminal/table';
import { leftAndRight, wrapped } from '../terminal/wrapped';
import { longHoldText } from './hold-text';

/**
 * A list of views: of each, what it offers as newest, what is pending and what is withdrawn.
 * @param place name of the mirror
 */
export function listLines(views: readonly ListedView[], place: string, now: Date): string[] {
  const shown = views.filter(({ rows }) => rows.length > 0);
  if (shown.length === 0) return ['nothing has been published yet'];
  const lines = shown.flatMap((view, at) => [...(at === 0 ? [] : ['']), ...viewLines(view, place, now)]);
  const ended = supportLines(
    shown.flatMap(({ rows }) => rows),
    now,
  );
  return [...lines, ...(ended.length === 0 ? [] : ['', ...ended])];
}

function viewLines({ view, state, rows }: ListedView, place: string, now: Date): string[] {
  const releases = new Set(rows.map(releaseOf)).size;
  const kind = state === undefined ? '' : ` (${state.kind})`;
  const head = `${view}${kind}, ${counted(releases, 'release')}, ${size(bytesOf(rows))}`;
  const groups = [...Map.groupBy(rows, groupOf)].sort(([one], [other]) => (placeOf(one) < placeOf(other) ? -1 : 1));
  return [
    ...leftAndRight(head, place),
    ...groups.flatMap(([name, some]) => [name, ...groupLines(some), ...holdLines(some, state?.holds ?? [], now)]),
  ];
}

/** `bootloaders` is a release, too. */
const releaseOf = ({ bootloader, release }: MirrorRow) => (bootloader === undefined ? release : 'bootloaders');

const groupOf = (row: MirrorRow) =>
  row.bootloader === undefined ? `${row.release} ${row.architecture}` : 'bootloaders';

/** Bootloaders last: `~` sorts behind all letters. */
const placeOf = (group: string) => (group === 'bootloaders' ? '~' : group);

function groupLines(rows: readonly MirrorRow[]): string[] {
  const newestFirst = rows.filter(
    ({ marks, state }) => state !== 'offered' || marks.some((one) => shownMarks.includes(one)),
  );
  const byFlavour = [...Map.groupBy(newestFirst, ({ product }) => product).values()].flat();
  const columns = rows[0]?.bootloader === undefined ? imageColumns : loaderColumns;
  return narrowTable([...columns, markColumn], byFlavour, 2);
}

/** Versions with one of these are listed without --all. */
const shownMarks = ['newest', 'withdrawn'];

const dayOf = (time: string) => time.slice(0, 10);

const imageColumns: readonly Column<MirrorRow>[] = [
  { heading: 'FLAVOUR', cell: ({ flavour }) => flavour },
  { heading: 'VERSION', cell: ({ version }) => version },
  { heading: 'SERIAL', cell: ({ serial }) => serial },
  { heading: 'BUILT', cell: ({ built }) => dayOf(built) },
  { heading: 'BOOT', cell: ({ gate }) => gate },
];

const loaderColumns: readonly Column<MirrorRow>[] = [
  { heading: 'BOOTLOADER', cell: ({ os }) => os },
  { heading: 'FIRMWARE', cell: ({ bootloader }) => bootloader?.firmware ?? '' },
  { heading: 'ARCH', cell: ({ architecture }) => architecture },
  { heading: 'VERSION', cell: ({ version }) => version },
];

function holdLines(rows: readonly MirrorRow[], holds: readonly Hold[], now: Date): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  return holds
    .filter((hold) => hold.release === releaseOf(first) && isOf(hold, rows))
    .flatMap((hold) => {
      const pending = rows.filter((row) => row.state === 'pending' && isOf(hold, [row]));
      const names = new Set(pending.map(({ version }) => version)).size;
      const flavours = hold.flavours.length === 0 ? '' : ` (${hold.flavours.join(', ')})`;
      return [...wrapped(`${heldSince(hold)}${flavours}: ${names} pending`, 4, 2), ...reminderOf(hold, now)];
    });
}

function reminderOf(hold: Hold, now: Date): string[] {
  if (hasEnded(hold, now)) return ['  it has ended: the next build, promotion or unhold lifts it'];
  const days = Math.floor((now.getTime() - Date.parse(hold.since)) / 86_400_000);
  const text = hold.until === undefined ? longHoldText(days) : undefined;
  return text === undefined ? [] : [`  ${text}`];
}

function isOf({ architectures, flavours }: Hold, rows: readonly MirrorRow[]): boolean {
  const isOne = (words: readonly string[], word: string) => words.length === 0 || words.includes(word);
  return rows.some(({ architecture, flavour }) => isOne(architectures, architecture) && isOne(flavours, flavour));
}

/** `held since 2026-11-27 until 2026-11-30 (freeze)` */
export function heldSince({ since, until, reason }: Hold): string {
  const end = until === undefined ? '' : ` until ${dayOf(until)}`;
  return `held since ${dayOf(since)}${end}${reason === undefined ? '' : ` (${reason})`}`;
}

/** Every version with its kernel and its sizes; may be wider than a terminal. */
export function wideLines(views: readonly ListedView[], now: Date): string[] {
  const rows = views.flatMap((view) => view.rows);
  if (rows.length === 0) return ['nothing has been published yet'];
  const images = rows.filter(({ bootloader }) => bootloader === undefined);
  const loaders = rows.filter(({ bootloader }) => bootloader !== undefined);
  const ended = supportLines(rows, now);
  return [
    ...(images.length === 0 ? [] : [...table(wideImageColumns, images), '']),
    ...(loaders.length === 0 ? [] : [...table(wideLoaderColumns, loaders), '']),
    ...(ended.length === 0 ? [] : [...ended, '']),
    `${counted(views.length, 'view')}, ${counted(rows.length, 'version')}, ${size(bytesOf(rows))} in all`,
  ];
}

const viewColumn: Column<MirrorRow> = { heading: 'VIEW', cell: ({ view }) => view };
const markColumn: Column<MirrorRow> = { heading: 'MARKS', cell: ({ marks }) => marks.join(' ') };

const wideImageColumns: readonly Column<MirrorRow>[] = [
  viewColumn,
  { heading: 'RELEASE', cell: ({ release }) => release },
  { heading: 'ARCH', cell: ({ architecture }) => architecture },
  ...imageColumns,
  { heading: 'KERNEL VERSION', cell: ({ kernelVersion }) => kernelVersion },
  { heading: 'KERNEL', cell: ({ sizes }) => sizeOf(sizes.kernel), isSize: true },
  { heading: 'INITRD', cell: ({ sizes }) => sizeOf(sizes.initrd), isSize: true },
  { heading: 'SQUASHFS', cell: ({ sizes }) => sizeOf(sizes.squashfs), isSize: true },
  markColumn,
];

const wideLoaderColumns: readonly Column<MirrorRow>[] = [
  viewColumn,
  ...loaderColumns,
  { heading: 'SIZE', cell: (row) => size(bytesOf([row])), isSize: true },
  { heading: 'PACKAGES', cell: ({ bootloader }) => bootloader?.sources.map(sourceOf).join(', ') ?? '' },
  markColumn,
];

function sourceOf({ package: name, version, release }: { package: string; version: string; release: string }): string {
  return `${name} ${version} (${release})`;
}

function sizeOf(bytes: number | undefined): string {
  return bytes === undefined ? '' : size(bytes);
}

/** A line for each release whose support has ended. */
function supportLines(rows: readonly MirrorRow[], now: Date): string[] {
  const marks = rows.flatMap(({ release, support }) => {
    const mark = support && supportMark(support, now);
    return mark === undefined ? [] : [`${release}: support ${mark}`];
  });
  return [...new Set(marks)];
}

/** Their size in the pool: versions and views share files. */
function bytesOf(rows: readonly MirrorRow[]): number {
  const files = new Map(rows.flatMap((row) => row.files.map(({ path, size: bytes }) => [path, bytes] as const)));
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}
