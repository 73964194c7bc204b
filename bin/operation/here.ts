import { resolve } from 'node:path';
import type { Operation } from '../../lib/job/operations/operation';
import type { OperationOutcome } from '../../lib/job/operations/outcome';
import type { OperateBench } from '../../lib/operations/operate';
import { defaultKeyPath, existingSigner, keyPlace, requireOutside } from '../keys/signing-key';
import type { Terminal } from '../terminal/terminal';

/** A mirror that this machine can write to, and the key that signs it. */
export interface Here {
  readonly mirror: string;
  /** A file, kms:… or secret:… @default ~/.local/share/maas-mirror/signing-key.asc */
  readonly key: string | undefined;
}

/**
 * Carries out an operation on this machine.
 * @throws what benchHere and operate throw
 */
export async function operateHere(asked: Operation, here: Here, terminal: Terminal): Promise<OperationOutcome> {
  const { operate } = await import('../../lib/operations/operate.js');
  const { operation } = asked;
  // An upgrade is for a mirror to which this release does not write yet.
  const isUpgrade = operation.does === 'repair' && operation.upgrade;
  return operate(asked, await benchHere(here, terminal, { writes: !isUpgrade }));
}

/**
 * Opens a mirror that is to be changed, with its key.
 * @throws what openStore, existingSigner and requireOwnKey throw
 */
export async function benchHere(
  { mirror, key }: Here,
  terminal: Terminal,
  { writes = true }: { readonly writes?: boolean } = {},
): Promise<OperateBench> {
  const { openStore } = await import('../../lib/store/open.js');
  const { requireOwnKey } = await import('../../lib/publication/mirror/keyring.js');
  const store = await openStore(mirror, { writes });
  const place = keyPlace(key ?? defaultKeyPath());
  requireOutside(resolve(mirror), place);
  const signer = await existingSigner(place);
  await requireOwnKey({ mirror: store, signer });
  return { mirror: store, signer, now: () => new Date(), log: (line) => terminal.err(line) };
}
