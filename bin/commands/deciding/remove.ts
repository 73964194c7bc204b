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

export function addRemove(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('remove')
    .description('take a version out of a view for good; a MAAS that has it keeps it')
    .argument('<view>', 'the view, such as candidate')
    .argument('<release>', 'the release, such as noble, 24.04 or bootloaders')
    .argument('<version>', 'the version, such as 20261125.083000, or newest');
  withOperationOptions(withScope(command)).action(async (view, release, version, options) =>
    done(await runRemove({ view, release, version, ...options }, terminal)),
  );
}

export interface RemoveOptions extends OperationOptions, ScopeOptions {
  readonly view: string;
  readonly release: string;
  /** A name, or `newest`. */
  readonly version: string;
}

/** Removes a version, and prints what depended on it. */
export function runRemove(options: RemoveOptions, terminal: Terminal): Promise<number> {
  const { view, release, version } = options;
  const forGood = `remove ${release} ${version} from ${view}`;
  return runOperation({ does: 'remove', view, release, version, ...scopeOf(options) }, options, terminal, { forGood });
}
