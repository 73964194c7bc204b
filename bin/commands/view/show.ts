import type { Command } from 'commander';
import { oneView, openToRead } from '../../operation/open-to-read';
import { withMirrorOptions } from '../../operation/operation-command';
import type { MirrorWords } from '../../operation/which-mirror';
import { viewLines } from '../../reading/views-text';
import type { Terminal } from '../../terminal/terminal';

export function addViewShow(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = view
    .command('show')
    .description('show a view: source, holds, and what one MAAS downloads from it')
    .argument('<name>', 'name of the view, or its address')
    .option('--json', 'print it as JSON');
  withMirrorOptions(command).action(async (word, options) => done(await runViewShow({ word, ...options }, terminal)));
}

export interface ViewShowOptions extends MirrorWords {
  /** A view, or its address. */
  readonly word: string;
  readonly json?: boolean;
}

/** Prints a view. */
export async function runViewShow(options: ViewShowOptions, terminal: Terminal): Promise<number> {
  const { word, json = false, ...words } = options;
  const { viewsOfMirror } = await import('../../../lib/operations/views-of-mirror.js');
  const opened = await openToRead(word, words);
  const [view] = await viewsOfMirror(opened.store, [oneView(opened, 'view show')]);
  for (const line of json || view === undefined ? [JSON.stringify(view, undefined, 2)] : viewLines(view))
    terminal.out(line);
  return 0;
}
