import type { Command } from 'commander';
import type { RotateKeyOptions } from './commands/keyring/rotate';
import type { Terminal } from './terminal/terminal';

/** Adds `keyring`, and `keyring rotate` by both names. */
export function addKeyring(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const keyring = program
    .command('keyring')
    .description('hand out the public keyring of a mirror')
    .argument('<mirror>', 'DIR, http(s)://… or s3://BUCKET')
    .option('--armour', 'as text, for people')
    .option('--output <file>', 'write it to a file')
    .option('--json', 'print fingerprints as JSON')
    .action(async (mirror: string, options) => {
      const { runKeyring } = await import('./commands/keyring.js');
      done(await runKeyring({ mirror, ...options }, terminal));
    });
  addRotate(keyring, terminal, done);
  // The verb that people try first.
  addRotate(program, terminal, done, { hidden: true });
}

function addRotate(
  parent: Command,
  terminal: Terminal,
  done: (code: number) => void,
  shown: { readonly hidden?: boolean } = {},
): void {
  parent
    .command('rotate', shown)
    .description('change the signing key: announce the new one, sign all anew (--sign), drop the old one (--finish)')
    .argument('<mirror>', 'DIR or s3://BUCKET')
    .requiredOption(
      '--new-key <key>',
      'the new key: a file (created if missing), kms:<id, ARN or alias> or secret:<ARN>',
    )
    .option('--key <key>', 'the key that has signed so far (default: with the user’s data)')
    .option('--sign', 'once every site has the keyring with both keys: sign all views and snapshots with the new key')
    .option('--finish', 'once everything is signed by the new key: take the old one out of the keyring')
    .option('--json', 'print the result as JSON')
    .action(async (mirror: string, _options, command: Command) => {
      const { runRotateKey } = await import('./commands/keyring/rotate.js');
      // --json is an option of `keyring`, too, which takes it first
      const options: Omit<RotateKeyOptions, 'mirror'> = command.optsWithGlobals();
      done(await runRotateKey({ mirror, ...options }, terminal));
    });
}
