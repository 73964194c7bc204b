import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import type { Rotated, Rotation } from '../../../lib/operations/rotate-key';
import type { RotationOptions } from '../../keys/rotation-of';
import { counted } from '../../terminal/sizes';
import type { Terminal } from '../../terminal/terminal';

/** @param parent the family, or the command line itself */
export function addRotate(
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
      // --json is an option of `keyring`, too, which takes it first
      const options: Omit<RotateKeyOptions, 'mirror'> = command.optsWithGlobals();
      done(await runRotateKey({ mirror, ...options }, terminal));
    });
}

export interface RotateKeyOptions extends RotationOptions {
  readonly json?: boolean;
}

/** Takes a mirror one step from one signing key to the next, and says what comes after it. */
export async function runRotateKey(options: RotateKeyOptions, terminal: Terminal): Promise<number> {
  const { sign = false, finish = false } = options;
  if (sign && finish) {
    throw new MirrorError('BadInput', '--sign and --finish are two steps', {
      hint: 'sign first; finish once every publisher has the new key',
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
    ...signed.map((view) => `✓ ${view}: signed anew`),
    ...untouched.map((view) => `✓ ${view}: signed by the new key`),
    `the keyring of ${store.name} holds ${counted(keyring.length, 'key')}: ${keyring.map(name).join(', ')}`,
  ];
}

function nextStep({ keyring, signed, untouched }: Rotated, options: RotateKeyOptions, { next }: Rotation): string[] {
  const again = (step: string) =>
    `  maas-mirror keyring rotate ${options.mirror}${options.key === undefined ? '' : ` --key ${options.key}`} --new-key ${options.newKey} ${step}`;
  if (keyring.length === 1) return [`done: ${next.fingerprint} is the key of this mirror`];
  if (signed.length + untouched.length > 0) {
    return [
      'next: let everything that publishes have the new key, and every site the keyring; then',
      again('--finish'),
    ];
  }
  return [
    'next: let every site take the keyring, which goes with both keys; pause what publishes; then',
    again('--sign'),
  ];
}
