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

export function addWithdraw(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('withdraw')
    .description('mark a version as bad: no build, promotion or import publishes it again; moves nothing')
    .argument('<view>', 'the view, such as candidate')
    .argument('<release>', 'the release, such as noble, 24.04 or bootloaders')
    .argument('<version>', 'the version, such as 20261125.083000, or newest')
    .option('--all-views', 'mark it in all views');
  withOperationOptions(withScope(command)).action(async (view, release, version, options) =>
    done(await runWithdraw({ view, release, version, ...options }, terminal)),
  );
}

export interface WithdrawOptions extends OperationOptions, ScopeOptions {
  readonly view: string;
  readonly release: string;
  /** A name, or `newest`. */
  readonly version: string;
  readonly allViews?: boolean;
}

/** Marks a version as withdrawn, and prints what it matches. */
export function runWithdraw(options: WithdrawOptions, terminal: Terminal): Promise<number> {
  const { view, release, version, allViews } = options;
  return runOperation({ does: 'withdraw', view, release, version, allViews, ...scopeOf(options) }, options, terminal);
}
