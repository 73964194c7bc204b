import { listMirror, type MirrorRow } from '../../lib/operations/list';
import { openMirror } from '../../lib/operations/open-mirror';
import { counted, megabytes } from '../sizes';
import type { Terminal } from '../terminal';

export interface ListOptions {
  /** DIR, http(s)://… or s3://… */
  readonly mirror: string;
  /** @default all; over HTTP that of the address */
  readonly view?: string;
  readonly json?: boolean;
}

/** Prints what a mirror offers. */
export async function runList({ mirror, view, json }: ListOptions, terminal: Terminal): Promise<number> {
  const { store, views } = await openMirror(mirror, view === undefined ? undefined : [view]);
  const rows = await listMirror(store, { ...(views && { views }) });
  if (json) terminal.out(JSON.stringify(rows.map(withoutFiles), undefined, 2));
  else for (const line of rows.length === 0 ? ['nothing is published here yet'] : linesOf(rows)) terminal.out(line);
  return 0;
}

function withoutFiles({ files, ...row }: MirrorRow): Omit<MirrorRow, 'files'> {
  return row;
}

function linesOf(rows: readonly MirrorRow[]): string[] {
  const views = new Set(rows.map(({ view }) => view)).size;
  const total = `${counted(views, 'view')}, ${counted(rows.length, 'version')}, ${megabytes(bytesOf(rows))} in all`;
  return [...table([headings, ...rows.map(cellsOf)]), '', total];
}

const headings = [
  'VIEW',
  'OS',
  'RELEASE',
  'ARCH',
  'FLAVOUR',
  'VERSION',
  'KERNEL VERSION',
  'BOOT TEST',
  ...sizeHeadings(),
];

function sizeHeadings(): string[] {
  return ['KERNEL', 'INITRD', 'SQUASHFS'];
}

function cellsOf(row: MirrorRow): string[] {
  const { kernel, initrd, squashfs } = row.sizes;
  return [
    ...[row.view, row.os, row.release, row.architecture, row.kernel, row.version, row.kernelVersion, row.gate],
    ...[kernel, initrd, squashfs].map((size) => (size === undefined ? '' : megabytes(size))),
  ].map((cell) => cell || '-');
}

/** Words to the left, sizes to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const firstSize = headings.length - sizeHeadings().length;
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < firstSize ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** What the pool holds for them: versions and views share files. */
function bytesOf(rows: readonly MirrorRow[]): number {
  const files = new Map(rows.flatMap((row) => row.files.map(({ path, size }) => [path, size] as const)));
  return [...files.values()].reduce((sum, size) => sum + size, 0);
}
