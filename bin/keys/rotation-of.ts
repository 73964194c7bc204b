import { existsSync } from 'node:fs';
import { type Rotation, requireKeyOf } from '../../lib/operations/rotate-key';
import { openStore } from '../../lib/store/open';
import { makeSigner } from '../preflight/mirror-key';
import type { Terminal } from '../terminal/terminal';
import { defaultKeyPath, existingSigner, isKeyFile, keyPlace, requireOutside } from './signing-key';

/** What `maas-mirror keyring rotate` is told of a mirror and its keys. */
export interface RotationOptions {
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
}

/** Opens a mirror and both its keys; the first step makes the new one. @throws what signerFrom, openStore and requireKeyOf throw */
export async function rotationOf(options: RotationOptions, terminal: Terminal): Promise<Rotation> {
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
