import type { Command } from 'commander';
import { supportAt } from '../../../lib/catalog/support';
import type { MirrorRow } from '../../../lib/operations/list';
import { openToRead } from '../../operation/open-to-read';
import { withMirrorOptions } from '../../operation/operation-command';
import { type MirrorWords, typedAgain } from '../../operation/which-mirror';
import { listLines, wideLines } from '../../reading/list-text';
import { UnreadViews } from '../../reading/unread-views';
import type { Terminal } from '../../terminal/terminal';

export function addList(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('list')
    .description('list the newest versions of each view, and what is pending or withdrawn')
    .argument('[view]', 'a view, or a mirror: DIR, http(s)://… or s3://BUCKET (default: all views of ./mirror)')
    .option('--view <name>', 'only this view')
    .option('--all', 'all versions, with kernel versions and sizes; wider than 80 columns')
    .option('--json', 'print all versions as JSON');
  withMirrorOptions(command).action(async (word, options) => done(await runList({ word, ...options }, terminal)));
}

/** What a listing depends on, in addition to the mirror. */
export interface ListBench {
  /** Releases whose support has ended by then are marked. */
  readonly now: Date;
}

export interface ListOptions extends MirrorWords {
  /** A view, or the address of a mirror or view. @default all views of the mirror that options name */
  readonly word?: string;
  /** @default all; over HTTP the one in the address */
  readonly view?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Prints the versions of a mirror. @returns 0, or 1 if a view was left out, since it cannot be read */
export async function runList(
  { word, view, all = false, json = false, ...words }: ListOptions,
  terminal: Terminal,
  { now }: ListBench = { now: new Date() },
): Promise<number> {
  const { listViews } = await import('../../../lib/operations/list.js');
  const { store, views } = await openToRead(word, words, view === undefined ? undefined : [view]);
  const named = word === undefined ? words : { mirror: word };
  const unread = new UnreadViews(terminal, (command) => typedAgain(command, named));
  const listed = await listViews(store, views === undefined ? { onUnread: unread.add } : { views });
  if (json)
    terminal.out(
      JSON.stringify(
        listed.flatMap(({ rows }) => rows).map((row) => asJson(row, now)),
        undefined,
        2,
      ),
    );
  else if (listed.length > 0 || unread.count === 0)
    for (const line of all ? wideLines(listed, now) : listLines(listed, store.name, now)) terminal.out(line);
  return unread.count === 0 ? 0 : 1;
}

/** Without the files, and with the support at this time. */
function asJson({ files, ...row }: MirrorRow, now: Date): object {
  return { ...row, ...(row.support && { support: supportAt(row.support, now) }) };
}
