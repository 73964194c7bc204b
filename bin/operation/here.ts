import { resolve } from 'node:path';
import type { Operation } from '../../lib/job/operations/operation';
import type { OperationOutcome } from '../../lib/job/operations/outcome';
import { defaultKeyPath, existingSigner, keyPlace, requireOutside } from '../keys/signing-key';
import type { Terminal } from '../terminal/terminal';

/**
 * Carries out an operation on a mirror that this machine can write to, with its signing key.
 * @param key a file, kms:… or secret:… @default ~/.local/share/maas-mirror/signing-key.asc
 * @throws what openStore, existingSigner, requireOwnKey and operate throw
 */
export async function operateHere(
  asked: Operation,
  { mirror, key }: { readonly mirror: string; readonly key: string | undefined },
  terminal: Terminal,
): Promise<OperationOutcome> {
  const { openStore } = await import('../../lib/store/open.js');
  const { operate } = await import('../../lib/operations/operate.js');
  const { requireOwnKey } = await import('../../lib/publication/mirror/keyring.js');
  const { operation } = asked;
  // An upgrade is for a mirror to which this release does not write yet.
  const isUpgrade = operation.does === 'repair' && operation.upgrade;
  const store = await openStore(mirror, { writes: !isUpgrade });
  const place = keyPlace(key ?? defaultKeyPath());
  requireOutside(resolve(mirror), place);
  const signer = await existingSigner(place);
  await requireOwnKey({ mirror: store, signer });
  return operate(asked, { mirror: store, signer, now: () => new Date(), log: (line) => terminal.err(line) });
}
