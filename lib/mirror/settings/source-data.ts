import type { Sources } from '../../job/sources/sources';
import { checks } from '../checks';
import type { MirrorSources } from '../choices/mirror-sources';
import { userFile, userKeyring } from './user-files';

/**
 * Keyrings and certificates, which go into a request by what is in them.
 * @throws BadInput (misuse) for a file that cannot be read, and for an armoured keyring
 */
export function sourceData({ streamKeyring, archiveKeyring, ca }: MirrorSources = {}): Partial<Sources> {
  return {
    ...(streamKeyring !== undefined && { streamKeyringData: userKeyring(streamKeyring) }),
    ...(archiveKeyring !== undefined && { archiveKeyringData: userKeyring(archiveKeyring) }),
    ...(ca !== undefined && { caData: checks().certificatesIn(userFile(ca, 'the certificates'), ca) }),
  };
}
