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

export function addRollback(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('rollback')
    .description('take back the newest version of a release: withdraw it, and offer the one before again')
    .argument('<view>', 'the view, such as candidate')
    .argument('<release>', 'the release, such as noble, 24.04 or bootloaders')
    .option('--to <version>', 'go back to this version (default: the newest one before)')
    .option('--republish', 'publish the older version under a newer name as well')
    .option('--all-views', 'take it back in all views');
  withOperationOptions(withScope(command)).action(async (view, release, options) =>
    done(await runRollback({ view, release, ...options }, terminal)),
  );
}

export interface RollbackOptions extends OperationOptions, ScopeOptions {
  readonly view: string;
  readonly release: string;
  /** @default the newest one before that is not withdrawn */
  readonly to?: string;
  readonly republish?: boolean;
  readonly allViews?: boolean;
}

/** Takes back the newest version, and prints what changed. */
export function runRollback(options: RollbackOptions, terminal: Terminal): Promise<number> {
  const { view, release, to, republish, allViews } = options;
  const typed = { does: 'rollback', view, release, to, republish, allViews, ...scopeOf(options) } as const;
  return runOperation(typed, options, terminal);
}
