import type { Command } from 'commander';
import { viewCommand, yesFlag } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import type { Terminal } from '../../terminal/terminal';

export function addRepair(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'finish what was interrupted, and adopt what was restored by hand; verify says what is wrong';
  const own = {
    '--upgrade': 'convert a mirror of an older release, which can then no longer write to it',
    '--forget-lost': 'go on without files of a view (state, shelf, ledger, history) that are missing and in no backup',
    ...yesFlag,
  };
  const words = { '[view]': 'only this view (default: all)' };
  viewCommand(program, 'repair', description, words, own).action(async (view, options) => {
    const { upgrade, forgetLost } = options;
    const forGood = [
      ...(upgrade ? ['upgrade the mirror, so that older releases can no longer write to it'] : []),
      ...(forgetLost ? ['forget what was withdrawn, held or recorded in files that are missing'] : []),
    ].join(', and ');
    const operation = { does: 'repair', view, upgrade, ...(forgetLost && { forgetLost }) } as const;
    done(await runOperation(operation, options, terminal, forGood === '' ? {} : { forGood }));
  });
}
