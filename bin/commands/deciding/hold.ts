import type { Command } from 'commander';
import { releaseCommand } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf, untilOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addHold(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'keep new versions of a release out of a view; builds go on, and their versions wait as pending';
  const command = releaseCommand(program, 'hold', description, {
    '--at <version>': 'the newest version to offer; newer ones become pending (default: the newest)',
    '--until <date>': 'when the hold ends: 2026-11-30, 2026-11-30T08:00Z or +3d (default: until unhold)',
  });
  command.action(async (view, release, options) => {
    const { at, plan } = options;
    const until = options.until === undefined ? undefined : untilOf(options.until, new Date(), plan);
    done(await runOperation({ does: 'hold', view, release, at, until, ...scopeOf(options) }, options, terminal));
  });
}
