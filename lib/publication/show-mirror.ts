import { writeFrontPage } from './front-page';
import { showKeyrings } from './keyring';
import type { Press } from './press';

/** Writes what readers need in addition to the views: the keyring in both forms, a front page, and access to the pool. */
export async function showMirror(view: string, release: string, { mirror, signer }: Press): Promise<void> {
  await showKeyrings({ mirror, signer });
  await writeFrontPage({ mirror, signer });
  await mirror.expose(view, release);
}
