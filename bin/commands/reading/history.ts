import type { Command } from 'commander';
import { oneView, openToRead } from '../../operation/open-to-read';
import { withMirrorOptions } from '../../operation/operation-command';
import { countOf } from '../../operation/typed-words';
import type { MirrorWords } from '../../operation/which-mirror';
import { historyLines } from '../../reading/history-text';
import type { Terminal } from '../../terminal/terminal';

export function addHistory(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('history')
    .description('show what happened in a view: when, who, what and why')
    .argument('<view>', 'a view, or its address')
    .option('--last <count>', 'number of entries to show', '20')
    .option('--json', 'print the entries as JSON');
  withMirrorOptions(command).action(async (word, options) => done(await runHistory({ word, ...options }, terminal)));
}

export interface HistoryOptions extends MirrorWords {
  /** A view, or its address. */
  readonly word: string;
  /** Number of entries. @default 20 */
  readonly last?: string;
  readonly json?: boolean;
}

/** Prints the history of a view, newest first. */
export async function runHistory(options: HistoryOptions, terminal: Terminal): Promise<number> {
  const { word, last: text = '20', json = false, ...words } = options;
  const last = countOf(text, { most: 100_000, what: 'entries' });
  const { historyOf } = await import('../../../lib/operations/history.js');
  const opened = await openToRead(word, words, undefined, { mayBeDeleted: true });
  const history = await historyOf(opened.store, oneView(opened, 'history'), last);
  if (json) terminal.out(JSON.stringify(history, undefined, 2));
  else for (const line of historyLines(history)) terminal.out(line);
  return 0;
}
