import { readFileSync } from 'node:fs';
import { MirrorError } from '../../lib/errors';
import { isPath, pathRule } from '../../lib/job/sources/file-path';
import { certificatesIn } from '../../lib/job/sources/sources';
import { publicKeyring } from '../../lib/simplestreams/openpgp/public-keyring';

/** Sources, and the keyrings that verify them. Keyrings and certificates are paths. */
export interface SourcesOptions {
  readonly stream?: string;
  readonly streamKeyring?: string;
  readonly archive?: string;
  readonly ports?: string;
  readonly archiveKeyring?: string;
  readonly snapshot?: string;
  readonly ppas?: string;
  readonly launchpad?: string;
  readonly proxy?: string;
  readonly ca?: string;
}

/** Files are replaced by their content: a build request must mean the same on every machine. */
export function sourcesFrom(options: SourcesOptions): object {
  const { stream, archive, ports, snapshot, ppas, launchpad, proxy } = options;
  const { streamKeyring, archiveKeyring, ca } = options;
  if (archiveKeyring !== undefined && archive === undefined && ports === undefined) {
    throw new MirrorError('BadInput', `--archive-keyring ${archiveKeyring} requires --archive or --ports`, {
      hint: 'the keyring verifies the archive that --archive or --ports names',
      misuse: true,
    });
  }
  const words = { stream, archive, ports, snapshot, ppas, launchpad, proxy };
  const contents = {
    streamKeyringData: streamKeyring && readKeyring(streamKeyring, '--stream-keyring').toString('base64'),
    archiveKeyringData: archiveKeyring && readKeyring(archiveKeyring, '--archive-keyring').toString('base64'),
    caData: ca && certificatesIn(readFile(ca, '--ca'), ca),
  };
  return Object.fromEntries(Object.entries({ ...words, ...contents }).filter(([, value]) => value !== undefined));
}

export function readText(file: string, option: string): string {
  return readFile(file, option).toString();
}

/** @returns the keyring in binary form */
export function readKeyring(file: string, option: string): Buffer {
  const bytes = readFile(file, option);
  try {
    return publicKeyring(bytes);
  } catch (cause) {
    throw new MirrorError('BadInput', `${option} names ${file}, which is not a keyring`, {
      hint: 'give the path of a file written by `gpg --export`, armoured or not',
      cause,
      misuse: true,
    });
  }
}

export function readFile(file: string, option: string): Buffer {
  try {
    return readFileSync(pathOf(file, option));
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    throw new MirrorError('BadInput', `${option} names ${file}, which cannot be read: ${(cause as Error).message}`, {
      hint: 'give the path of a readable file',
      cause,
      misuse: true,
    });
  }
}

/** @throws BadInput (misuse) for the content of a file, or a URL */
export function pathOf(file: string, option: string): string {
  if (isPath(file)) return file;
  throw new MirrorError('BadInput', `${option} ${pathRule}`, {
    hint: 'give the path of a readable file',
    misuse: true,
  });
}
