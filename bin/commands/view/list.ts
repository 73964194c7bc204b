import type { Command } from 'commander';
import { openToRead } from '../../operation/open-to-read';
import { withMirrorOptions } from '../../operation/operation-command';
import type { MirrorWords } from '../../operation/which-mirror';
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

/** Prints the views of a mirror. */
export async function runViewList({ json = false, ...words }: ViewListOptions, terminal: Terminal): Promise<number> {
  const { viewsOfMirror } = await import('../../../lib/operations/views-of-mirror.js');
  const { store, views: named } = await openToRead(undefined, words);
  const views = await viewsOfMirror(store, named);
  for (const line of json ? [JSON.stringify(views, undefined, 2)] : viewsLines(views)) terminal.out(line);
  return 0;
}
