import type { Command } from 'commander';
import { versionCommand, yesFlag } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addRemove(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'take a version out of a view for good';
  versionCommand(program, 'remove', description, yesFlag).action(async (view, release, version, options) => {
    const typed = { does: 'remove', view, release, version, ...scopeOf(options) } as const;
    const forGood = `remove ${release} ${version} from ${view}`;
    done(await runOperation(typed, options, terminal, { forGood }));
  });
}
