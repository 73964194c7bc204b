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

export function addUnhold(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('unhold')
    .description('end a hold, and publish the newest pending version')
    .argument('<view>', 'the view, such as candidate')
    .argument('<release>', 'the release, such as noble, 24.04 or bootloaders');
  withOperationOptions(withScope(command)).action(async (view, release, options) =>
    done(await runUnhold({ view, release, ...options }, terminal)),
  );
}

export interface UnholdOptions extends OperationOptions, ScopeOptions {
  readonly view: string;
  readonly release: string;
}

/** Ends a hold, and prints what changed. */
export function runUnhold(options: UnholdOptions, terminal: Terminal): Promise<number> {
  const { view, release } = options;
  return runOperation({ does: 'unhold', view, release, ...scopeOf(options) }, options, terminal);
}
