import { MirrorError, withoutPasswords } from '../../errors';
import { allSaid, packageFailure } from '../dpkg/package-failure';
import { withFolders } from '../gateway/source-address';

/** Says what a failure of apt means for whoever waits; anything else comes back as it is. */
export function archiveFailure(error: unknown): unknown {
  const failure = installFailure(error);
  if (failure !== error || !(error instanceof MirrorError) || error.name !== 'CommandFailed') return failure;
  const message = allSaid(error);
  const [name, what, hint] = kinds.find(([, , , pattern]) => pattern.test(message)) ?? unreachable;
  return new MirrorError(name, `the package archive ${what}: ${reasonIn(message)}`, { hint, cause: error });
}

/** The same where nothing is fetched any more. */
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
  'is its address right and reachable from here? A proxy is given by --proxy, certificates by --ca',
  /^/,
] as const satisfies Kind;

const kinds: readonly Kind[] = [
  [
    'DownloadFailed',
    'cannot be read',
    'the server, or a proxy before it, refuses or wants a login: check the address and its user and password (--credentials for a repository, --proxy)',
    // Before the next: apt goes on to say that what it could not have is not signed.
    /(?: {2}|proxy: HTTP\/\d\.\d |HttpError)(?:4(?!04)\d\d|511)\b/,
  ],
  // So the gateway says that it reaches no server (lib/machine/gateway/).
  [unreachable[0], unreachable[1], unreachable[2], / {2}50[234]\b/],
  [
    'BadSignature',
    'is signed by a key of RSA-1024 only, which the apt of this release refuses',
    'ask the owner of the PPA to have it signed by a longer key, or take the package from elsewhere',
    // apt 2.9's own words, and those of sqv, which apt 3 asks.
    /untrusted public key algorithm: rsa1024|RSA1024 is not considered secure/i,
  ],
  [
    'BadSignature',
    'is not signed by the key that it must be signed by',
    'give the keyring that belongs to it; an archive without signature is never used, and a login page of the network has none',
    /is (?:not|no longer) signed|NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|signatures? (couldn't be verified|were invalid)|not (be )?verified|Clearsigned file isn't valid|Sub-process \S*sqv returned/,
  ],
  [
    'NotReady',
    'is out of date',
    'its InRelease file has expired: the mirror is no longer updated, or this machine’s clock is wrong',
    /is (?:expired|not valid (?:yet|any more))/,
  ],
  [
    'DownloadFailed',
    'has no such release',
    'see that the repository is made for this release; releases past their end of life lie elsewhere (--archive)',
    /(?:does not have|no longer has) a Release file/,
  ],
  [
    'NotReady',
    'offers packages that do not fit together',
    'so it is in the middle of an update: run the build again in some minutes; if it stays, a repository that was added does not fit the release',
    // apt 3 says it in other words.
    /have unmet dependencies|held broken packages|unable to (?:correct problems|satisfy dependencies)|is not (?:installable|going to be installed)/i,
  ],
  [
    'NotReady',
    'is being updated',
    'run the build again in some minutes',
    /Hash Sum mismatch|File has unexpected size|404 +Not Found|Mirror sync in progress/,
  ],
];

export function noSuchPackage(name: string, cause?: unknown): MirrorError {
  return new MirrorError('NoSuchPackage', `no repository of this build offers the package ${name}`, {
    hint: 'check the name, the release and the repositories; a kernel that was just announced may not be in the archive yet',
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

/** The line that says most; a repository's user and password may be in it. */
function reasonIn(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  const found = telling.map((pattern) => lines.find((line) => pattern.test(line))).find((line) => line !== undefined);
  return withFolders(withoutPasswords(found ?? lines.at(-1) ?? ''));
}

const telling = [
  /^\S+ : (?:Pre-?Depends|Depends|Conflicts|Breaks): /,
  // Of what cannot be fetched apt also says, and first, that it is not signed.
  /^E: Failed to fetch /,
  /^E: (?!Some index files)/,
  // Before 2.1.16, where lists could not be read.
  /^W: (?!Some index files)/,
  /^Err:/,
];
