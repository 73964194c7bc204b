import type { Command } from 'commander';
import {
  type OperationOptions,
  type ScopeOptions,
  withOperationOptions,
  withScope,
} from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf, untilOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addHold(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('hold')
    .description('keep new versions of a release out of a view; builds go on, and their versions wait as pending')
    .argument('<view>', 'the view, such as candidate')
    .argument('<release>', 'the release, such as noble, 24.04 or bootloaders')
    .option('--at <version>', 'the newest version to offer; newer ones become pending (default: the newest)')
    .option('--until <date>', 'when the hold ends: 2026-11-30, 2026-11-30T08:00Z or +3d (default: with unhold)');
  withOperationOptions(withScope(command)).action(async (view, release, options) =>
    done(await runHold({ view, release, ...options }, terminal)),
  );
}

export interface HoldOptions extends OperationOptions, ScopeOptions {
  readonly view: string;
  readonly release: string;
  /** @default the newest */
  readonly at?: string;
  /** A day, a time, or a duration from now. @default until it is lifted */
  readonly until?: string;
}

/** Holds a release, and prints what changed. */
export function runHold(options: HoldOptions, terminal: Terminal, now = new Date()): Promise<number> {
  const { view, release, at, plan } = options;
  const until = options.until === undefined ? undefined : untilOf(options.until, now, plan);
  return runOperation({ does: 'hold', view, release, at, until, ...scopeOf(options) }, options, terminal);
}
