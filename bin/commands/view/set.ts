import type { Command } from 'commander';
import { runOperation } from '../../operation/run-operation';
import { selectionCommand, selectionOf } from '../../operation/selection';
import type { Terminal } from '../../terminal/terminal';

export function addViewSet(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'set what a view selects from others: MAAS keeps its URL, and gets the versions of another view';
  selectionCommand(view, 'set', description).action(async (name, options) =>
    done(await runOperation({ does: 'view-set', name, ...selectionOf(options) }, options, terminal)),
  );
}
