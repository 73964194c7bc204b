import { certificateBlocks, certificateHint, noCertificate } from '../../job/sources/certificates';
import type { Sources } from '../../job/sources/sources';
import type { MirrorSources } from '../choices/mirror-sources';
import { refused } from '../refusals/synth-error';
import { userFile, userKeyring } from './user-files';

/**
 * The content of keyrings and certificates, for a build request.
 * @throws BadInput (misuse) for a file that cannot be read, or is not what it should be
 */
export function sourceData({ streamKeyring, archiveKeyring, ca }: MirrorSources = {}): Partial<Sources> {
  return {
    ...(streamKeyring !== undefined && { streamKeyringData: userKeyring(streamKeyring, ['sources', 'streamKeyring']) }),
    ...(archiveKeyring !== undefined && {
      archiveKeyringData: userKeyring(archiveKeyring, ['sources', 'archiveKeyring']),
    }),
    ...(ca !== undefined && { caData: certificatesOf(ca) }),
  };
}

function certificatesOf(file: string): string {
  const path = ['sources', 'ca'];
  const text = userFile(file, path).toString('utf8');
  const found = certificateBlocks(text);
  if (found !== undefined) return found;
  throw refused(path, `is ${file}, which ${noCertificate}`, certificateHint);
}
