/**
 * Every error name. Names are a public contract: the state machine matches on them and people write them into
 * runbooks, so a name is never reused for something else.
 */
export const errorNames = [
  'BadInput',
  'UnknownRelease',
  'UnknownArchitecture',
  'UnknownKernel',
  'NotSupported',
  'NotRoot',
  'MissingTool',
  'ForeignDirectory',
  'NoSuchDirectory',
  'NoSuchObject',
  'NoSuchBucket',
  'ObjectExists',
  'PreconditionFailed',
  'BadFormat',
  'BadImage',
  'BadSignature',
  'ChecksumMismatch',
  'ContractBroken',
  'CommandFailed',
  'DiskFull',
  'LimitReached',
  'DownloadFailed',
  'StoreFailed',
  'NoCredentials',
  'AccessDenied',
  'WrongRegion',
  'NotReady',
  'NoSuchImage',
  'NoSuchPackage',
  'KeptBack',
  'NoKernel',
  'IncompleteInitrd',
  'BootFailed',
  'KeyExposed',
  'KeyUnusable',
  'PortInUse',
  'RequiredKernelFailed',
  'VersionConflict',
  'Held',
  'Withdrawn',
  'NotAttested',
  'NotBooted',
  'PlanChanged',
  'NoSuchView',
  'NoSuchVersion',
  'ExecutionFailed',
  'Interrupted',
  'NoSuchStack',
  'AwsFailed',
] as const;

export type ErrorName = (typeof errorNames)[number];

/** The message of a text that begins with the name of an error: names are for programs, not for people. */
export function withoutName(text: string): string {
  const name = errorNames.find((one) => text.startsWith(`${one}: `));
  return name === undefined ? text : text.slice(name.length + 2);
}

export interface MirrorErrorOptions {
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** @default false: the command was valid and failed (exit code 1); true means a usage error (exit code 2) */
  readonly misuse?: boolean;
}

/** Marks every MirrorError. A symbol, because one process may load several bundles of this package. */
const mark = Symbol.for('cdk-maas-mirror.MirrorError');

/** The only error class of this project: a stable name, a message with the value seen, a hint and the cause. */
export class MirrorError extends Error {
  /** Also true for errors from another bundle: dist/assets/config has its own copy of the class. */
  static override [Symbol.hasInstance](value: unknown): value is MirrorError {
    return typeof value === 'object' && value !== null && mark in value;
  }

  override readonly name: ErrorName;
  readonly hint: string | undefined;
  readonly misuse: boolean;

  constructor(name: ErrorName, message: string, { hint, cause, misuse = false }: MirrorErrorOptions = {}) {
    super(withoutFolders(message), cause === undefined ? undefined : { cause });
    this.name = name;
    this.hint = hint;
    this.misuse = misuse;
    if (hint !== undefined) this.stack = `${this.stack}\n${hintMark}${hint.replaceAll('\n', ' ')}`;
  }
}

// On the prototype, so that printing an error's fields does not show it.
Object.defineProperty(MirrorError.prototype, mark, { value: true });

/**
 * Turns a "disk full" error from any write into a DiskFull error that people can read. Returns every other error
 * unchanged.
 */
export function named(error: unknown): unknown {
  if (error instanceof MirrorError || !isDiskFull(error)) return error;
  const { dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  return new MirrorError('DiskFull', `no space left on device, writing ${dest ?? path ?? 'a file'}`, {
    hint: 'free some space (df -h shows which file system is full) and run the command again; incomplete files are removed',
    cause: error,
  });
}

/**
 * Runs work that writes a file.
 * @param hint how to free space
 * @throws DiskFull if the file system is full or the quota is exceeded
 */
export async function nameDiskFull<T>(file: string, hint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause;
    throw new MirrorError('DiskFull', `no space left on device, writing ${file}`, { hint, cause });
  }
}

/** Whether the file system is full or the quota is exceeded. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** Lambda reports only the name, message and stack of an error, so the hint is put into the stack. */
const hintMark = '  hint: ';

/** Finds the hint of a MirrorError in the lines of its stack. */
export function hintIn(stack: readonly string[]): string | undefined {
  return stack.findLast((line) => line.startsWith(hintMark))?.slice(hintMark.length);
}

/**
 * Removes user names and passwords from all URLs in a text, for messages, logs and build statements. A word with `://` that
 * is not a valid URL loses everything up to its last `@`: an unescaped `/` in a password would otherwise end it too early.
 */
export function withoutPasswords(text: string): string {
  // A single regular expression overflows the stack on a text of several megabytes, and the text may be foreign.
  let [shown, from] = ['', 0];
  let word = { end: 0, lastAt: -1 };
  const quote = text.indexOf('"');
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', Math.max(at + 3, from))) {
    const [scheme] = /[a-z][a-z0-9+.-]{0,20}$/i.exec(text.slice(Math.max(0, at - 21), at)) ?? [];
    if (scheme === undefined) continue;
    const start = at + 3;
    if (start > word.end) word = wordAt(text, start, quote !== -1 && quote < start); // searched once per word, to take linear time
    const end =
      endOfUser(text.slice(start, endOfAuthority(text, start, scheme, word.end)), scheme) ?? word.lastAt - start;
    if (end < 0) continue;
    shown += text.slice(from, start);
    from = start + end + 1;
  }
  return shown + text.slice(from);
}

/** A password may contain a quote, so one ends a word only inside a quoted text, before what follows a string in JSON. */
function wordAt(text: string, start: number, isQuoted: boolean): { end: number; lastAt: number } {
  const ends = isQuoted ? /[\t\n\v\f\r ]|(?<!\\)"(?=[,:;}\]])/g : /[\t\n\v\f\r ]/g;
  ends.lastIndex = start;
  const end = ends.exec(text)?.index ?? text.length;
  return { end, lastAt: start + text.slice(start, end).lastIndexOf('@') };
}

/** Schemes whose URLs the parser splits at backslashes, too, and in which it ignores further slashes after `://`. */
const isSpecial = (scheme: string) => /^(?:https?|wss?|ftp)$/i.test(scheme);

function endOfAuthority(text: string, start: number, scheme: string, end: number): number {
  const authority = isSpecial(scheme) ? /[/\\]*[^/\\?#]*/y : /[^/?#]*/y;
  authority.lastIndex = start;
  return Math.min(end, start + (authority.exec(text)?.[0].length ?? 0));
}

/** Position of the `@` after user and password; -1 if it has none, undefined if no URL has such a host. */
function endOfUser(authority: string, scheme: string): number | undefined {
  return URL.canParse(`${scheme}://${authority}`) ? authority.lastIndexOf('@') : undefined;
}

/**
 * Hides the random part of the names of the folders that stages use to pass files on. These names act as a secret
 * (lib/job/layout.ts), and messages end up in logs, mails and execution histories.
 */
export function withoutFolders(text: string): string {
  // Either in a path, or in an execution name from a build's environment (lib/job/execution-names.ts).
  return text.replace(
    /((?:runs\/[^/\s]{1,200}|\d{8}T\d{6}-[0-9a-f]{8}(?:-\d{1,6})?)-)[0-9a-f]{16}(?![0-9a-f])/g,
    '$1…',
  );
}
