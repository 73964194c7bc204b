import type { Command } from 'commander';
import { viewCommand, yesFlag } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import type { Terminal } from '../../terminal/terminal';

export function addViewDelete(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'delete a view or snapshot; sites that use it get no updates any more';
  const words = { '<name>': 'name of the view, such as lab-2 or snapshots/2026-11' };
  viewCommand(view, 'delete', description, words, yesFlag).action(async (name, options) => {
    const forGood = `delete the view ${name}`;
    done(await runOperation({ does: 'view-delete', name }, options, terminal, { forGood }));
  });
}
