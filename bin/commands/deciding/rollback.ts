import type { Command } from 'commander';
import { releaseCommand } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addRollback(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'take back the newest version of a release: withdraw it, and offer the one before again';
  releaseCommand(program, 'rollback', description, {
    '--to <version>': 'go back to this version (default: the newest one before)',
    '--republish': 'publish the older version under a newer name as well',
    '--all-views': 'take it back in all views',
  }).action(async (view, release, options) => {
    const { to, republish, allViews } = options;
    const typed = { does: 'rollback', view, release, to, republish, allViews, ...scopeOf(options) } as const;
    done(await runOperation(typed, options, terminal));
  });
}
