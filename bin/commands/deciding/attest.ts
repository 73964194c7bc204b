import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import {
  type OperationOptions,
  type ScopeOptions,
  withOperationOptions,
  withScope,
} from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addAttest(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('attest')
    .description('record the result of a check, such as a lab’s, for a version')
    .argument('<view>', 'the view, such as candidate')
    .argument('<release>', 'the release, such as noble, 24.04 or bootloaders')
    .argument('<version>', 'the version, such as 20261125.083000, or newest')
    .requiredOption('--check <name>', 'name of the check, such as hw-lab')
    .option('--pass', 'the check passed')
    .option('--fail', 'the check failed: the version is not promoted')
    .option('--link <url>', 'where the result can be read');
  withOperationOptions(withScope(command)).action(async (view, release, version, options) =>
    done(await runAttest({ view, release, version, ...options }, terminal)),
  );
}

export interface AttestOptions extends OperationOptions, ScopeOptions {
  readonly view: string;
  readonly release: string;
  /** A name, or `newest`. */
  readonly version: string;
  readonly check: string;
  /** One of them. */
  readonly pass?: boolean;
  readonly fail?: boolean;
  readonly link?: string;
}

/** Records the result of a check. @throws BadInput (misuse) unless exactly one result is given */
export function runAttest(options: AttestOptions, terminal: Terminal): Promise<number> {
  const { view, release, version, check, pass = false, fail = false, link } = options;
  if (pass === fail) {
    throw new MirrorError('BadInput', `attest: ${pass ? 'both --pass and --fail' : 'no result'} given`, {
      hint: 'add --pass or --fail',
      misuse: true,
    });
  }
  const typed = { does: 'attest', view, release, version, check, passed: pass, link, ...scopeOf(options) } as const;
  return runOperation(typed, options, terminal);
}
