import type { Command } from 'commander';
import { type OperationOptions, withOperationOptions } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import type { Terminal } from '../../terminal/terminal';

export function addRepair(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('repair')
    .description('finish what was interrupted, and adopt what was restored by hand; verify says what is wrong')
    .argument('[view]', 'only this view (default: all)')
    .option('--upgrade', 'convert a mirror of an older release, which can then no longer write to it');
  withOperationOptions(command).action(async (view, options) => done(await runRepair({ view, ...options }, terminal)));
}

export interface RepairOptions extends OperationOptions {
  /** @default all */
  readonly view?: string;
  readonly upgrade?: boolean;
}

/** Repairs a mirror, and prints what was wrong. */
export function runRepair(options: RepairOptions, terminal: Terminal): Promise<number> {
  const { view, upgrade } = options;
  const asking = upgrade ? { forGood: 'upgrade the mirror, so that older releases can no longer write to it' } : {};
  return runOperation({ does: 'repair', view, upgrade }, options, terminal, asking);
}
