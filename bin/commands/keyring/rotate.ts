import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import type { Rotated, Rotation } from '../../../lib/operations/rotate-key';
import type { RotationOptions } from '../../keys/rotation-of';
import { counted } from '../../terminal/sizes';
import type { Terminal } from '../../terminal/terminal';

/** @param parent the command `keyring`, or the command line itself */
export function addRotate(
  parent: Command,
  terminal: Terminal,
  done: (code: number) => void,
  shown: { readonly hidden?: boolean } = {},
): void {
  parent
    .command('rotate', shown)
    .description(
      'rotate the signing key: announce the new key, re-sign everything (--sign), retire the old key (--finish)',
    )
    .argument('<mirror>', 'DIR or s3://BUCKET')
    .requiredOption(
      '--new-key <key>',
      'the new key: a file (created if missing), kms:<id, ARN or alias> or secret:<ARN>',
    )
    .option('--key <key>', 'the current key (default: ~/.local/share/maas-mirror/signing-key.asc)')
    .option(
      '--sign',
      're-sign all views and snapshots with the new key, after every site has the keyring with both keys',
    )
    .option('--finish', 'remove the old key from the keyring (after --sign)')
    .option('--json', 'print the result as JSON')
    .action(async (mirror: string, _options, command: Command) => {
      // --json is also an option of `keyring`, which takes it first
      const options: Omit<RotateKeyOptions, 'mirror'> = command.optsWithGlobals();
      done(await runRotateKey({ mirror, ...options }, terminal));
    });
}

export interface RotateKeyOptions extends RotationOptions {
  readonly json?: boolean;
}

/** Takes one step of a rotation, and prints the next one. */
export async function runRotateKey(options: RotateKeyOptions, terminal: Terminal): Promise<number> {
  const { sign = false, finish = false } = options;
  if (sign && finish) {
    throw new MirrorError('BadInput', '--sign and --finish cannot be used together', {
      hint: 'run --sign first, and --finish after everything that publishes has the new key',
      misuse: true,
    });
  }
  const { rotationOf } = await import('../../keys/rotation-of.js');
  const { announceKey, finishRotation, signAnew } = await import('../../../lib/operations/rotate-key.js');
  const rotation = await rotationOf(options, terminal);
  const step = sign ? signAnew : finish ? finishRotation : announceKey;
  const rotated = await step(rotation);
  const lines = options.json
    ? [JSON.stringify(rotated, undefined, 2)]
    : [...linesOf(rotated, rotation), ...nextStep(rotated, options, rotation)];
  for (const line of lines) terminal.out(line);
  return 0;
}

function linesOf({ keyring, signed, untouched }: Rotated, { store, current }: Rotation): string[] {
  const name = (fingerprint: string) => (fingerprint === current.fingerprint ? `${fingerprint} (old)` : fingerprint);
  return [
    ...signed.map((view) => `✓ ${view}: re-signed`),
    ...untouched.map((view) => `✓ ${view}: already signed by the new key`),
    `the keyring of ${store.name} holds ${counted(keyring.length, 'key')}: ${keyring.map(name).join(', ')}`,
  ];
}

function nextStep({ keyring, signed, untouched }: Rotated, options: RotateKeyOptions, { next }: Rotation): string[] {
  const again = (step: string) =>
    `  maas-mirror keyring rotate ${options.mirror}${options.key === undefined ? '' : ` --key ${options.key}`} --new-key ${options.newKey} ${step}`;
  if (keyring.length === 1) return [`Done: ${next.fingerprint} is now the only key of this mirror.`];
  if (signed.length + untouched.length > 0) {
    return [
      'Next: give the new key to everything that publishes, check that every site has the new keyring, then run:',
      again('--finish'),
    ];
  }
  return [
    'Next: install the new keyring (it holds both keys) at every site and pause all builds, then run:',
    again('--sign'),
  ];
}
