import { writeFrontPage } from './front-page';
import { showKeyrings } from './keyring';
import type { Press } from './press';

/** Puts what readers need beside the views: the keyring in both forms, a front page, and the way into the pool. */
export async function showMirror(view: string, release: string, { mirror, signer }: Press): Promise<void> {
  await showKeyrings({ mirror, signer });
  await writeFrontPage({ mirror, signer });
  await mirror.expose(view, release);
}
