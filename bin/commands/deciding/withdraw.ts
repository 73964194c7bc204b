import type { Command } from 'commander';
import { versionCommand } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addWithdraw(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'mark a version as bad: no build, promotion or import publishes it again; moves nothing';
  const own = { '--all-views': 'mark it in all views' };
  versionCommand(program, 'withdraw', description, own).action(async (view, release, version, options) => {
    const typed = { does: 'withdraw', view, release, version, allViews: options.allViews } as const;
    done(await runOperation({ ...typed, ...scopeOf(options) }, options, terminal));
  });
}
