import { MirrorError, withoutPasswords } from '../../errors';
import { allSaid, packageFailure } from '../dpkg/package-failure';
import { withFolders } from '../gateway/source-address';

/** Turns a failure of apt into an error that says what went wrong. Returns every other error unchanged. */
export function archiveFailure(error: unknown): unknown {
  const failure = installFailure(error);
  if (failure !== error || !(error instanceof MirrorError) || error.name !== 'CommandFailed') return failure;
  const message = allSaid(error);
  const [name, what, hint] = kinds.find(([, , , pattern]) => pattern.test(message)) ?? unreachable;
  return new MirrorError(name, `the package archive ${what}: ${reasonIn(message)}`, { hint, cause: error });
}

/** The same for an apt run that no longer downloads anything. */
export function installFailure(error: unknown): unknown {
  if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') return error;
  const failure = packageFailure(error);
  if (failure !== undefined) return failure;
  const missing = missingPackage(allSaid(error));
  return missing === undefined ? error : noSuchPackage(missing, error);
}

type Kind = readonly [
  name: 'BadSignature' | 'NotReady' | 'DownloadFailed',
  what: string,
  hint: string,
  pattern: RegExp,
];

const unreachable = [
  'DownloadFailed',
  'cannot be read',
  'check that its URL is correct and reachable from this machine; use --proxy for a proxy, --ca for a private CA',
  /^/,
] as const satisfies Kind;

const kinds: readonly Kind[] = [
  [
    'DownloadFailed',
    'cannot be read',
    'the server or a proxy denies access or requires a login: check the URL, user and password (--credentials for a repository, --proxy)',
    // Checked before BadSignature: apt also reports a file that it could not download as not signed.
    /(?: {2}|proxy: HTTP\/\d\.\d |HttpError)(?:4(?!04)\d\d|511)\b/,
  ],
  // The gateway's answers for a server that it cannot reach (lib/machine/gateway/).
  [unreachable[0], unreachable[1], unreachable[2], / {2}50[234]\b/],
  [
    'BadSignature',
    'is signed only with a 1024-bit RSA key, which the apt of this release rejects',
    'ask the owner of the PPA to have it signed with a longer key, or use another source for the package',
    // The messages of apt 2.9 and of sqv, which apt 3 runs.
    /untrusted public key algorithm: rsa1024|RSA1024 is not considered secure/i,
  ],
  [
    'BadSignature',
    'is not signed by a trusted key',
    'specify the keyring of this archive; unsigned archives are never used (a network login page in place of the archive has no signature either)',
    /is (?:not|no longer) signed|NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|signatures? (couldn't be verified|were invalid)|not (be )?verified|Clearsigned file isn't valid|Sub-process \S*sqv returned/,
  ],
  [
    'NotReady',
    'is out of date',
    'its InRelease file has expired or is not valid yet: the archive is no longer updated, or this machine’s clock is wrong',
    /is (?:expired|not valid (?:yet|any more))/,
  ],
  [
    'DownloadFailed',
    'has no such release',
    'check that the repository supports this release; releases past their end of life are on another server (--archive)',
    /(?:does not have|no longer has) a Release file/,
  ],
  [
    'NotReady',
    'has packages with unmet dependencies',
    'the archive is probably mid-update: run the build again in a few minutes; if the error persists, an added repository does not fit the release',
    // apt 3 has a different wording.
    /have unmet dependencies|held broken packages|unable to (?:correct problems|satisfy dependencies)|is not (?:installable|going to be installed)/i,
  ],
  [
    'NotReady',
    'is being updated',
    'run the build again in a few minutes',
    /Hash Sum mismatch|File has unexpected size|404 +Not Found|Mirror sync in progress/,
  ],
];

export function noSuchPackage(name: string, cause?: unknown): MirrorError {
  return new MirrorError('NoSuchPackage', `no repository of this build has the package ${name}`, {
    hint: 'check the name, the release and the repositories; a recently announced kernel may not be in the archive yet',
    cause,
  });
}

function missingPackage(message: string): string | undefined {
  const found =
    /Unable to locate package (\S+)|Package '?([^' ]+)'? has no installation candidate|Version \S{1,300} for '(\S+)' was not found|select candidate version from package (\S+)/.exec(
      message,
    );
  return found?.slice(1).find((name) => name !== undefined);
}

/** The most informative line. It may contain a repository's user and password. */
function reasonIn(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  const found = telling.map((pattern) => lines.find((line) => pattern.test(line))).find((line) => line !== undefined);
  return withFolders(withoutPasswords(found ?? lines.at(-1) ?? ''));
}

const telling = [
  /^\S+ : (?:Pre-?Depends|Depends|Conflicts|Breaks): /,
  // For a file that it could not download, apt first says that it is not signed.
  /^E: Failed to fetch /,
  // mmdebstrap first tries whether the user _apt can read its folder, of which the apt of Ubuntu 22.04 prints an error.
  /^E: (?!Some index files|Sub-process test )/,
  // apt before 2.1.16, if lists could not be read.
  /^W: (?!Some index files)/,
  /^Err:/,
];
