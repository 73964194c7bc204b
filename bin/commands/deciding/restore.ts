import type { Command } from 'commander';
import { versionCommand } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addRestore(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'lift the withdrawal of a version, and offer it again if nothing newer was published';
  const command = versionCommand(program, 'restore', description, { '--all-views': 'lift it in all views' });
  command.action(async (view, release, version, options) => {
    const { allViews } = options;
    const typed = { does: 'restore', view, release, version, allViews, ...scopeOf(options) } as const;
    done(await runOperation(typed, options, terminal));
  });
}
