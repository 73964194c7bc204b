/**
 * Every name that an error of ours can carry. Names are a public contract: the state machine matches on them and
 * people write them into runbooks, so a name is never reused for something else.
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
  'ExecutionFailed',
  'Interrupted',
  'NoSuchStack',
  'AwsFailed',
] as const;

export type ErrorName = (typeof errorNames)[number];

export interface MirrorErrorOptions {
  /** What the reader of the message can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** @default false: the tool was used rightly and failed (exit code 1); true is misuse (exit code 2) */
  readonly misuse?: boolean;
}

/** Set on every error of ours; by a symbol, since several bundles of this package may be in one process. */
const mark = Symbol.for('cdk-maas-mirror.MirrorError');

/** The one error of this project: a stable name, the value seen, what to do, and the cause. */
export class MirrorError extends Error {
  /** Of another bundle, too: dist/assets/config brings its own class. */
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

// Of the class: nothing that shows the fields of an error shows it.
Object.defineProperty(MirrorError.prototype, mark, { value: true });

/**
 * An error as a person should read it: a disk that is full can stop any write, also one where nobody names it.
 * Anything else comes back as it is.
 */
export function named(error: unknown): unknown {
  if (error instanceof MirrorError || !isDiskFull(error)) return error;
  const { dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  return new MirrorError('DiskFull', `no space is left to write ${dest ?? path ?? 'a file'}`, {
    hint: 'make room (df -h shows where there is none), and run it again; nothing half-written stays',
    cause: error,
  });
}

/**
 * Runs work that writes a file.
 * @param hint what gives it room
 * @throws DiskFull where the file system or the quota is used up
 */
export async function nameDiskFull<T>(file: string, hint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause;
    throw new MirrorError('DiskFull', `no space is left to write ${file}`, { hint, cause });
  }
}

/** Whether the file system or the quota is used up. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** Lambda hands on name, message and stack of an error, and nothing else: that is how a hint comes out of a function. */
const hintMark = '  hint: ';

/** The hint of an error of ours, by the lines of its stack. */
export function hintIn(stack: readonly string[]): string | undefined {
  return stack.findLast((line) => line.startsWith(hintMark))?.slice(hintMark.length);
}

/** A text for messages, logs and statements: whatever addresses are in it have lost their user and password. */
export function withoutPasswords(text: string): string {
  // Not by one expression: it would run out of stack in a text of megabytes, and such a text may come from anybody.
  let [shown, from] = ['', 0];
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    if (!/[a-z][a-z0-9+.-]{0,20}$/i.test(text.slice(Math.max(0, at - 21), at))) continue;
    const start = at + 3;
    const password = text.slice(start, endOfHost(text, start)).lastIndexOf('@');
    if (password === -1) continue;
    shown += text.slice(from, start);
    from = start + password + 1;
  }
  return shown + text.slice(from);
}

/** A quote in the password may be why it is shown; one before these ends a string. */
function endOfHost(text: string, start: number): number {
  const end = /[\s/]|"(?=[,:;}\]])/g;
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}

/**
 * The same of the folders in which stages hand things to each other: their names are what keeps others out
 * (lib/job/layout.ts), and messages end in logs, mails and histories.
 */
export function withoutFolders(text: string): string {
  // In a path, or as what a build's environment says: there by how executions are named (lib/job/execution-names.ts).
  return text.replace(
    /((?:runs\/[^/\s]{1,200}|\d{8}T\d{6}-[0-9a-f]{8}(?:-\d{1,6})?)-)[0-9a-f]{16}(?![0-9a-f])/g,
    '$1…',
  );
}
