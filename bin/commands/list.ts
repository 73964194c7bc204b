import type { Command } from 'commander';
import { supportAt, supportMark } from '../../lib/catalog/support';
import type { MirrorRow } from '../../lib/operations/list';
import { counted, megabytes } from '../terminal/sizes';
import { type Column, table } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

export function addList(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('list')
    .description('list products and versions')
    .argument('<mirror>', 'DIR, http(s)://… or s3://BUCKET')
    .option('--view <name>', 'only this view')
    .option('--json', 'print the list as JSON')
    .action(async (mirror: string, options) => done(await runList({ mirror, ...options }, terminal)));
}

/** What a listing depends on, in addition to the mirror. */
export interface ListBench {
  /** Releases whose support has ended by then are marked. */
  readonly now: Date;
}

export interface ListOptions {
  /** DIR, http(s)://… or s3://… */
  readonly mirror: string;
  /** @default all; over HTTP the one in the address */
  readonly view?: string;
  readonly json?: boolean;
}

/** Prints the products and versions of a mirror. */
export async function runList(
  { mirror, view, json }: ListOptions,
  terminal: Terminal,
  { now }: ListBench = { now: new Date() },
): Promise<number> {
  const { openMirror } = await import('../../lib/operations/open-mirror.js');
  const { listMirror } = await import('../../lib/operations/list.js');
  const { store, views } = await openMirror(mirror, view === undefined ? undefined : [view]);
  const rows = await listMirror(store, { ...(views && { views }) });
  if (json)
    terminal.out(
      JSON.stringify(
        rows.map((row) => ({ ...withoutFiles(row), ...supportOf(row, now) })),
        undefined,
        2,
      ),
    );
  else
    for (const line of rows.length === 0 ? ['nothing has been published yet'] : linesOf(rows, now)) terminal.out(line);
  return 0;
}

function withoutFiles({ files, ...row }: MirrorRow): Omit<MirrorRow, 'files'> {
  return row;
}

function supportOf({ support }: MirrorRow, now: Date): object {
  return support === undefined ? {} : { support: supportAt(support, now) };
}

/** A line for each release whose support has ended. */
function marksOf(rows: readonly MirrorRow[], now: Date): string[] {
  const marks = rows.flatMap(({ release, support }) => {
    const mark = support && supportMark(support, now);
    return mark === undefined ? [] : [`${release}: support ${mark}`];
  });
  return marks.length === 0 ? [] : [...new Set(marks), ''];
}

function linesOf(rows: readonly MirrorRow[], now: Date): string[] {
  const views = new Set(rows.map(({ view }) => view)).size;
  const total = `${counted(views, 'view')}, ${counted(rows.length, 'version')}, ${megabytes(bytesOf(rows))} in all`;
  const images = rows.filter(({ bootloader }) => bootloader === undefined);
  const loaders = rows.filter(({ bootloader }) => bootloader !== undefined);
  return [
    ...(images.length === 0 ? [] : [...table(imageColumns, images), '']),
    ...(loaders.length === 0 ? [] : [...table(loaderColumns, loaders), '']),
    ...marksOf(rows, now),
    total,
  ];
}

const imageColumns: readonly Column<MirrorRow>[] = [
  { heading: 'VIEW', cell: ({ view }) => view },
  { heading: 'OS', cell: ({ os }) => os },
  { heading: 'RELEASE', cell: ({ release }) => release },
  { heading: 'ARCH', cell: ({ architecture }) => architecture },
  { heading: 'FLAVOUR', cell: ({ kernel }) => kernel },
  { heading: 'VERSION', cell: ({ version }) => version },
  { heading: 'KERNEL VERSION', cell: ({ kernelVersion }) => kernelVersion },
  { heading: 'BOOT TEST', cell: ({ gate }) => gate },
  { heading: 'KERNEL', cell: ({ sizes }) => sizeOf(sizes.kernel), isSize: true },
  { heading: 'INITRD', cell: ({ sizes }) => sizeOf(sizes.initrd), isSize: true },
  { heading: 'SQUASHFS', cell: ({ sizes }) => sizeOf(sizes.squashfs), isSize: true },
];

/** Bootloaders have no release, kernel or boot test, but one or two source packages with long versions. */
const loaderColumns: readonly Column<MirrorRow>[] = [
  { heading: 'VIEW', cell: ({ view }) => view },
  { heading: 'BOOTLOADER', cell: ({ os }) => os },
  { heading: 'FIRMWARE', cell: ({ bootloader }) => bootloader?.firmware ?? '' },
  { heading: 'ARCH', cell: ({ architecture }) => architecture },
  { heading: 'VERSION', cell: ({ version }) => version },
  { heading: 'SIZE', cell: (row) => megabytes(bytesOf([row])), isSize: true },
  { heading: 'PACKAGES', cell: ({ bootloader }) => bootloader?.sources.map(sourceOf).join(', ') ?? '' },
];

function sourceOf({ package: name, version, release }: { package: string; version: string; release: string }): string {
  return `${name} ${version} (${release})`;
}

function sizeOf(bytes: number | undefined): string {
  return bytes === undefined ? '' : megabytes(bytes);
}

/** Their size in the pool: versions and views share files. */
function bytesOf(rows: readonly MirrorRow[]): number {
  const files = new Map(rows.flatMap((row) => row.files.map(({ path, size }) => [path, size] as const)));
  return [...files.values()].reduce((sum, size) => sum + size, 0);
}
