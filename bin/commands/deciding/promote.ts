import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import {
  type OperationOptions,
  type ScopeOptions,
  withOperationOptions,
  withScope,
} from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { listOf, scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addPromote(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('promote')
    .description('promote tested versions from one view to another; with --config alone, as mirror.yaml describes')
    .argument('[from]', 'view to promote from, such as candidate')
    .argument('[to]', 'view to promote to, such as stable; created if missing')
    .argument('[release]', 'only this release (default: all)')
    .option('--after <duration>', 'only versions that have been published for this long, such as 3d')
    .option('--require <list>', 'only versions with passed results of these checks, separated by commas')
    .option('--waive-boot-test <reason>', 'also promote versions that were not boot-tested');
  withOperationOptions(withScope(command)).action(async (from, to, release, options) =>
    done(await runPromote({ from, to, release, ...options }, terminal)),
  );
}

export interface PromoteOptions extends OperationOptions, ScopeOptions {
  /** Both, or neither: then all promotions of mirror.yaml. */
  readonly from?: string;
  readonly to?: string;
  /** @default all */
  readonly release?: string;
  /** Duration: `3d`. */
  readonly after?: string;
  readonly require?: string;
  readonly waiveBootTest?: string;
}

/** Promotes versions, and prints what changed. */
export async function runPromote(options: PromoteOptions, terminal: Terminal): Promise<number> {
  const { from, to, release, after, require, waiveBootTest, config } = options;
  if (from === undefined && config !== undefined) {
    const { promoteAll } = await import('../../operation/promote-all.js');
    return promoteAll({ ...options, config }, terminal);
  }
  if (from === undefined || to === undefined) {
    throw new MirrorError('BadInput', `promote: ${from === undefined ? 'no views' : 'no view to promote to'} given`, {
      hint: 'name both views, such as: maas-mirror promote candidate stable',
      misuse: true,
    });
  }
  const typed = {
    ...({ does: 'promote', from, to, release, after, require: listOf(require), waived: waiveBootTest } as const),
    ...scopeOf(options),
  };
  return runOperation(typed, options, terminal);
}
