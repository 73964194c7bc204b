import type { Command } from 'commander';
import { type OperationOptions, withOperationOptions } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import type { Terminal } from '../../terminal/terminal';

export function addViewDelete(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = view
    .command('delete')
    .description('delete a view or snapshot; sites that use it get no updates any more')
    .argument('<name>', 'name of the view, such as lab-2 or snapshots/2026-11');
  withOperationOptions(command).action(async (name, options) =>
    done(await runViewDelete({ name, ...options }, terminal)),
  );
}

export interface ViewDeleteOptions extends OperationOptions {
  readonly name: string;
}

/** Deletes a view, and prints what depended on it. */
export function runViewDelete(options: ViewDeleteOptions, terminal: Terminal): Promise<number> {
  const { name } = options;
  return runOperation({ does: 'view-delete', name }, options, terminal, { forGood: `delete the view ${name}` });
}
