import type { Command } from 'commander';
import { runOperation } from '../../operation/run-operation';
import { selectionCommand, selectionOf } from '../../operation/selection';
import type { Terminal } from '../../terminal/terminal';

export function addViewCreate(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const description =
    'create a view that selects its versions from others (the first promotion creates the other kind)';
  selectionCommand(view, 'create', description).action(async (name, options) =>
    done(await runOperation({ does: 'view-create', name, ...selectionOf(options) }, options, terminal)),
  );
}
