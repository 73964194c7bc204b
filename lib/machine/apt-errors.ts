import { ExecaError } from 'execa';
import { MirrorError } from '../errors';

/** Says what a failure of apt means for whoever waits; anything else comes back as it is. */
export function archiveFailure(error: unknown): unknown {
  if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') return error;
  const message = allSaid(error);
  const missing = missingPackage(message);
  if (missing !== undefined) return noSuchPackage(missing, error);
  const [name, what, hint] = kinds.find(([, , , pattern]) => pattern.test(message)) ?? unreachable;
  return new MirrorError(name, `the package archive ${what}: ${reasonIn(message)}`, { hint, cause: error });
}

/** The message has the last lines only, and apt says what failed before eight lines of digests. */
export function allSaid({ message, cause }: Error): string {
  return cause instanceof ExecaError ? `${cause.stdout ?? ''}\n${cause.stderr ?? ''}\n${message}` : message;
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
    'a proxy or the server refuses, or something before it wants a login: see its address, user and password (--proxy)',
    /\b(?:401 +Unauth|403 +Forbidden|407 +Proxy)/i,
  ],
  [
    'BadSignature',
    'is not signed by the key that it must be signed by',
    'give the keyring that belongs to it; an archive without signature is never used, and a login page of the network has none',
    /is not signed|NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|signatures? (couldn't be verified|were invalid)|not (be )?verified|NOSPLIT|Sub-process \S*sqv returned/,
  ],
  [
    'NotReady',
    'is out of date',
    'its InRelease file has expired: the mirror is no longer updated, or this machine’s clock is wrong',
    /is (expired|not valid (yet|any more))|Release file .* is expired/,
  ],
  [
    'DownloadFailed',
    'has no such release',
    'see that the repository is made for this release; releases past their end of life lie elsewhere (--archive)',
    /does not have a Release file/,
  ],
  [
    'NotReady',
    'offers packages that do not fit together',
    'so it is in the middle of an update: run the build again in some minutes; if it stays, a repository that was added does not fit the release',
    /have unmet dependencies|held broken packages|unable to correct problems|is not (installable|going to be installed)/i,
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
    /Unable to locate package (\S+)|Package '?([^' ]+)'? has no installation candidate|Version .* for '(\S+)' was not found|select candidate version from package (\S+)/.exec(
      message,
    );
  return found?.slice(1).find((name) => name !== undefined);
}

function reasonIn(message: string): string {
  const lines = message.split('\n').filter((line) => /^(E|W|Err)[: ]/.test(line));
  return (lines.find((line) => line.startsWith('E:')) ?? lines[0] ?? message.split('\n').at(-1) ?? '').trim();
}
