/* publication/mirror: outside the views: keyring and front page. */

import type { Press } from '../press';
import { writeFrontPage } from './front-page';
import { showKeyrings } from './keyring';

/** Writes what readers need in addition to the views: the keyring in both forms, a front page, and access to the pool. */
export async function showMirror(view: string, release: string, { mirror, signer }: Press): Promise<void> {
  await showKeyrings({ mirror, signer });
  await writeFrontPage({ mirror, signer });
  await mirror.expose(view, release);
}
