import { MirrorError } from '../errors';

/** The first object of each mirror: what makes the place ours. */
export const formatKey = 'format.json';

/** The layout (design §5) that this tool reads and writes. */
export const knownFormat = 1;

export const formatBytes = Buffer.from(`${JSON.stringify({ format: knownFormat, tool: 'cdk-maas-mirror' })}\n`);

/** @throws ForeignDirectory for what is not a mirror's; NotSupported for a newer format */
export function checkFormat(name: string, bytes: Buffer): void {
  const { tool, format } = parse(bytes);
  if (tool !== 'cdk-maas-mirror' || typeof format !== 'number') {
    throw foreignMirror(name, `has a ${formatKey} that is not a mirror's: ${bytes.toString('utf8', 0, 80).trim()}`);
  }
  if (format === knownFormat) return;
  throw new MirrorError('NotSupported', `${name} has format ${format}, this tool knows format ${knownFormat}`, {
    hint: 'use the release of maas-mirror that wrote it, or a newer one',
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

export function foreignMirror(name: string, what: string): MirrorError {
  return new MirrorError('ForeignDirectory', `${name} ${what}: no mirror lies there`, {
    hint: 'name the folder of a mirror (the one with format.json), or a new one to build into',
  });
}
