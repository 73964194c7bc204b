import { existsSync } from 'node:fs';
import { MirrorError } from '../../../lib/errors';
import {
  announceKey,
  finishRotation,
  type Rotated,
  type Rotation,
  requireKeyOf,
  signAnew,
} from '../../../lib/operations/rotate-key';
import { openStore } from '../../../lib/store/open';
import { defaultKeyPath, existingSigner, isKeyFile, keyPlace, requireOutside } from '../../keys/signing-key';
import { makeSigner } from '../../preflight/mirror-key';
import { counted } from '../../terminal/sizes';
import type { Terminal } from '../../terminal/terminal';

export interface RotateKeyOptions {
  /** DIR or s3://… */
  readonly mirror: string;
  /** The key that has signed so far: a file or kms:… @default the user's own */
  readonly key?: string;
  /** The key to come: a file, made by the first step, or kms:… */
  readonly newKey: string;
  /** The second step. @default false */
  readonly sign?: boolean;
  /** The last step. @default false */
  readonly finish?: boolean;
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
  const rotation = await rotationOf(options, terminal);
  const step = sign ? signAnew : finish ? finishRotation : announceKey;
  const rotated = await step(rotation);
  const lines = options.json
    ? [JSON.stringify(rotated, undefined, 2)]
    : [...linesOf(rotated, rotation), ...nextStep(rotated, options, rotation)];
  for (const line of lines) terminal.out(line);
  return 0;
}

async function rotationOf(options: RotateKeyOptions, terminal: Terminal): Promise<Rotation> {
  const { mirror, sign = false, finish = false } = options;
  const key = keyPlace(options.key ?? defaultKeyPath());
  const newKey = keyPlace(options.newKey);
  const store = await openStore(mirror);
  requireOutside(keyPlace(mirror), newKey);
  const current = await existingSigner(key);
  if (isKeyFile(newKey) && !existsSync(newKey)) await requireKeyOf(store, current);
  // only the first step makes a key: later it would be one that nobody has announced
  const next = await (sign || finish ? existingSigner(newKey) : makeSigner(newKey, terminal));
  return { store, current, next, now: () => new Date() };
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
