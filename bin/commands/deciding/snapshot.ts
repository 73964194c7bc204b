import type { Command } from 'commander';
import { viewCommand } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import type { Terminal } from '../../terminal/terminal';

export function addSnapshot(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'freeze a view: what it offers now stays available as snapshots/NAME';
  const words = { '<view>': 'the view, such as candidate', '<name>': 'name of the snapshot, such as 2026-11' };
  viewCommand(program, 'snapshot', description, words).action(async (view, name, options) =>
    done(await runOperation({ does: 'snapshot', view, name }, options, terminal)),
  );
}
