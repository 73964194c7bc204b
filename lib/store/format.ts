import { MirrorError } from '../errors';

/** The first object of every mirror. It identifies a mirror. */
export const formatKey = 'format.json';

/** The layout (design §5) that this version reads and writes. */
export const knownFormat = 1;

export const formatBytes = Buffer.from(`${JSON.stringify({ format: knownFormat, tool: 'cdk-maas-mirror' })}\n`);

/** @throws ForeignDirectory if the object is not a mirror's; NotSupported for a newer format */
export function checkFormat(name: string, bytes: Buffer): void {
  const { tool, format } = parse(bytes);
  if (tool !== 'cdk-maas-mirror' || typeof format !== 'number') {
    throw foreignMirror(name, `: its ${formatKey} contains ${bytes.toString('utf8', 0, 80).trim()}`);
  }
  if (format === knownFormat) return;
  throw new MirrorError('NotSupported', `${name} has format ${format}; this version supports format ${knownFormat}`, {
    hint: 'use the version of maas-mirror that wrote it, or a newer one',
  });
}

function parse(bytes: Buffer): { tool?: unknown; format?: unknown } {
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
