import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import { versionCommand } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addAttest(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'record the result of a check, such as a lab’s, for a version';
  versionCommand(program, 'attest', description, {
    '--check <name>': 'name of the check, such as hw-lab',
    '--pass': 'the check passed',
    '--fail': 'the check failed: the version is not promoted',
    '--link <url>': 'where the result can be read',
  }).action(async (view, release, version, options) => {
    const { check, link } = options;
    const passed = resultOf(options);
    const typed = { does: 'attest', view, release, version, check, passed, link, ...scopeOf(options) } as const;
    done(await runOperation(typed, options, terminal));
  });
}

interface Result {
  readonly check?: string;
  readonly pass?: boolean;
  readonly fail?: boolean;
}

/** @throws BadInput (misuse) unless a check and exactly one result are given */
function resultOf({ check, pass = false, fail = false }: Result): boolean {
  if (check !== undefined && pass !== fail) return pass;
  const result = pass ? 'both --pass and --fail' : 'no result';
  throw new MirrorError('BadInput', `attest: ${check === undefined ? 'no --check' : result} given`, {
    hint: 'name the check and its result, such as --check hw-lab --pass',
    misuse: true,
  });
}
