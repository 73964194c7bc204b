import type { Command } from 'commander';
import { type OperationOptions, withOperationOptions } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import type { Terminal } from '../../terminal/terminal';

export function addSnapshot(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('snapshot')
    .description('freeze a view: what it offers now stays available as snapshots/NAME')
    .argument('<view>', 'the view, such as candidate')
    .argument('<name>', 'name of the snapshot, such as 2026-11');
  withOperationOptions(command).action(async (view, name, options) =>
    done(await runSnapshot({ view, name, ...options }, terminal)),
  );
}

export interface SnapshotOptions extends OperationOptions {
  readonly view: string;
  /** Without `snapshots/`. */
  readonly name: string;
}

/** Makes a snapshot of a view. */
export function runSnapshot(options: SnapshotOptions, terminal: Terminal): Promise<number> {
  const { view, name } = options;
  return runOperation({ does: 'snapshot', view, name }, options, terminal);
}
