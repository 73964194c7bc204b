import type { Command } from 'commander';
import {
  type OperationOptions,
  type ScopeOptions,
  withOperationOptions,
  withScope,
} from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addRestore(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('restore')
    .description('lift the withdrawal of a version, and offer it again if nothing newer was published')
    .argument('<view>', 'the view, such as candidate')
    .argument('<release>', 'the release, such as noble, 24.04 or bootloaders')
    .argument('<version>', 'the version, such as 20261125.083000, or newest')
    .option('--all-views', 'lift it in all views');
  withOperationOptions(withScope(command)).action(async (view, release, version, options) =>
    done(await runRestore({ view, release, version, ...options }, terminal)),
  );
}

export interface RestoreOptions extends OperationOptions, ScopeOptions {
  readonly view: string;
  readonly release: string;
  /** A name, or `newest`. */
  readonly version: string;
  readonly allViews?: boolean;
}

/** Lifts the withdrawal of a version, and prints what changed. */
export function runRestore(options: RestoreOptions, terminal: Terminal): Promise<number> {
  const { view, release, version, allViews } = options;
  return runOperation({ does: 'restore', view, release, version, allViews, ...scopeOf(options) }, options, terminal);
}
