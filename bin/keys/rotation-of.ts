import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Rotation, requireKeyOf } from '../../lib/operations/rotate-key';
import { openStore } from '../../lib/store/open';
import { makeSigner } from '../preflight/mirror-key';
import type { Terminal } from '../terminal/terminal';
import { defaultKeyPath, existingSigner, isKeyFile, keyPlace, requireOutside } from './signing-key';

/** The mirror and the keys that `maas-mirror keyring rotate` is given. */
export interface RotationOptions {
  /** DIR or s3://… */
  readonly mirror: string;
  /** The current key: a file or kms:… @default ~/.local/share/maas-mirror/signing-key.asc */
  readonly key?: string;
  /** The new key: a file, which the first step creates if missing, or kms:… */
  readonly newKey: string;
  /** The second step. @default false */
  readonly sign?: boolean;
  /** The last step. @default false */
  readonly finish?: boolean;
}

/** Opens a mirror and both keys; the first step creates the new one. @throws what signerFrom, openStore, requireKeyOf throw */
export async function rotationOf(options: RotationOptions, terminal: Terminal): Promise<Rotation> {
  const { mirror, sign = false, finish = false } = options;
  const key = keyPlace(options.key ?? defaultKeyPath());
  const newKey = keyPlace(options.newKey, '--new-key');
  const store = await openStore(mirror, { writes: true });
  requireOutside(resolve(mirror), newKey);
  const current = await existingSigner(key);
  if (isKeyFile(newKey) && !existsSync(newKey)) await requireKeyOf(store, current);
  // only the first step creates a key, since a key must be announced before it signs
  const next = await (sign || finish ? existingSigner(newKey) : makeSigner(newKey, terminal));
  return { store, current, next, now: () => new Date() };
}
