import type { Command } from 'commander';
import { releaseCommand } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addUnhold(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'end a hold, and publish the newest pending version';
  releaseCommand(program, 'unhold', description).action(async (view, release, options) =>
    done(await runOperation({ does: 'unhold', view, release, ...scopeOf(options) }, options, terminal)),
  );
}
