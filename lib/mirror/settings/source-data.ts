import type { Sources } from '../../job/sources/sources';
import type { MirrorSources } from '../choices/mirror-sources';
import { refused } from '../refusals/synth-error';
import { userFile, userKeyring } from './user-files';

/**
 * The content of keyrings and certificates, for a build request.
 * @throws BadInput (misuse) for a file that cannot be read, and for an armoured keyring
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
  if (/^-----BEGIN CERTIFICATE-----/m.test(text)) return text;
  throw refused(path, `is ${file}, which contains no certificate`, 'use a file with certificates in PEM format');
}
