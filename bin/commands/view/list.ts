import type { Command } from 'commander';
import { openToRead } from '../../operation/open-to-read';
import { withMirrorOptions } from '../../operation/operation-command';
import { type MirrorWords, typedAgain } from '../../operation/which-mirror';
import { UnreadViews } from '../../reading/unread-views';
import { viewsLines } from '../../reading/views-text';
import type { Terminal } from '../../terminal/terminal';

export function addViewList(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = view
    .command('list')
    .description('list the views of a mirror: kind, source, newest version, size')
    .option('--json', 'print the views as JSON');
  withMirrorOptions(command).action(async (options) => done(await runViewList(options, terminal)));
}

export interface ViewListOptions extends MirrorWords {
  readonly json?: boolean;
}

/** Prints the views of a mirror. @returns 0, or 1 if one was left out, since it cannot be read */
export async function runViewList({ json = false, ...words }: ViewListOptions, terminal: Terminal): Promise<number> {
  const { viewsOfMirror } = await import('../../../lib/operations/views-of-mirror.js');
  const { store, views: named } = await openToRead(undefined, words);
  const unread = new UnreadViews(terminal, (command) => typedAgain(command, words));
  const views = await viewsOfMirror(store, named, named === undefined ? unread.add : undefined);
  if (json) terminal.out(JSON.stringify(views, undefined, 2));
  else if (views.length > 0 || unread.count === 0) for (const line of viewsLines(views)) terminal.out(line);
  return unread.count === 0 ? 0 : 1;
}
