import type { Command } from 'commander';
import { withOperationOptions } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { type SelectionOptions, selectionOf, withSelection } from '../../operation/selection';
import type { Terminal } from '../../terminal/terminal';

export function addViewSet(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = view
    .command('set')
    .description('set what a view selects from others: MAAS keeps its URL, and gets the versions of another view')
    .argument('<name>', 'name of the view, such as lab-2');
  withOperationOptions(withSelection(command)).action(async (name, options) =>
    done(await runViewSet({ name, ...options }, terminal)),
  );
}

/** Sets the source of a view, and prints what changes in it. */
export function runViewSet(options: SelectionOptions, terminal: Terminal): Promise<number> {
  return runOperation({ does: 'view-set', name: options.name, ...selectionOf(options) }, options, terminal);
}
