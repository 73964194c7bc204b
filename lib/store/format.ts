import { MirrorError } from '../errors';

/** The first object of every mirror. It identifies a mirror. */
export const formatKey = 'format.json';

/**
 * The layouts (design §5) that this version reads. Releases that write format 1 do not look at `needs`, so a mirror of that
 * format is upgraded before this version writes to it.
 */
const knownFormats = [1, 2];

/** What this version writes. */
const knownFormat = 2;

/** What a writer must understand to leave it intact: holds, the history, names that left, and withdrawals. Sorted. */
const knownNeeds = ['held', 'history', 'names', 'withdrawn'];

export const formatBytes = Buffer.from(
  `${JSON.stringify({ format: knownFormat, needs: knownNeeds, tool: 'cdk-maas-mirror' })}\n`,
);

/**
 * @param writes whether the mirror is to be changed
 * @throws ForeignDirectory if the object is not a mirror's; NotSupported for a newer format, and, if it is to be changed,
 * for an older one or for needs that this version does not know
 */
export function checkFormat(name: string, bytes: Buffer, { writes }: { readonly writes: boolean }): void {
  const { tool, format, needs = [] } = parse(bytes);
  if (tool !== 'cdk-maas-mirror' || typeof format !== 'number' || !isWords(needs)) {
    throw foreignMirror(name, `: its ${formatKey} contains ${bytes.toString('utf8', 0, 80).trim()}`);
  }
  if (!knownFormats.includes(format)) {
    const supported = `this version supports formats up to ${knownFormat}`;
    throw new MirrorError('NotSupported', `${name} has format ${format}; ${supported}`, {
      hint: 'use the version of maas-mirror that wrote it, or a newer one',
    });
  }
  if (writes) refuseToWrite(name, format, needs);
}

/**
 * Whether a mirror has to be upgraded before this version may change it.
 * @throws errors of checkFormat, for reading
 */
export function isOfOlderRelease(name: string, bytes: Buffer): boolean {
  checkFormat(name, bytes, { writes: false });
  return Number(parse(bytes).format) < knownFormat;
}

function refuseToWrite(name: string, format: number, needs: readonly string[]): void {
  if (format < knownFormat) {
    throw new MirrorError('NotSupported', `${name} has the format of an older release`, {
      hint: `run: maas-mirror repair --upgrade --mirror ${name} (older releases can then no longer write to it)`,
    });
  }
  const unknown = needs.filter((need) => !knownNeeds.includes(need));
  if (unknown.length === 0) return;
  throw new MirrorError('NotSupported', `${name} was changed by a newer release (needs: ${unknown.join(', ')})`, {
    hint: 'use that release to change it; reading works',
  });
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function parse(bytes: Buffer): { tool?: unknown; format?: unknown; needs?: unknown } {
  try {
    return Object(JSON.parse(bytes.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** @param why completes "is not a mirror" */
export function foreignMirror(name: string, why: string): MirrorError {
  return new MirrorError('ForeignDirectory', `${name} is not a mirror${why}`, {
    hint: 'give the folder of a mirror (it contains format.json), or a new folder to build into',
  });
}
