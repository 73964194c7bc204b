import type { Command } from 'commander';
import { withOperationOptions } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { type SelectionOptions, selectionOf, withSelection } from '../../operation/selection';
import type { Terminal } from '../../terminal/terminal';

export function addViewCreate(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = view
    .command('create')
    .description('create a view: a selection of the versions of others, or one to promote to')
    .argument('<name>', 'name of the view, such as lab-2');
  withOperationOptions(withSelection(command)).action(async (name, options) =>
    done(await runViewCreate({ name, ...options }, terminal)),
  );
}

/** Creates a view. */
export function runViewCreate(options: SelectionOptions, terminal: Terminal): Promise<number> {
  return runOperation({ does: 'view-create', name: options.name, ...selectionOf(options) }, options, terminal);
}
