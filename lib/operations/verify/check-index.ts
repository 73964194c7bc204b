import { MirrorError } from '../../errors';
import { mirror } from '../../job/layout';
import { checkIndex } from '../../simplestreams/contract/check-index';
import { parseIndex, writeJson } from '../../simplestreams/json';
import type { Index, Products } from '../../simplestreams/types';
import { badFormat, missing, type Problem, violated } from './problem';
import type { SignatureCheck } from './signature-check';

/** Checks the index that readers start from. Returns no index if its bytes may not be intact. */
export async function checkSignedIndex(
  view: string,
  bytes: Buffer | undefined,
  signatures: SignatureCheck,
): Promise<{ index?: Index; problems: Problem[] }> {
  const object = mirror.index(view);
  if (bytes === undefined) return { problems: [missing(object, 'readers need this file to find the view')] };
  const { problems, text } = await signatures.clearsigned(object, bytes);
  if (text === undefined) return { problems };
  return badFormat(object, problems, () => ({ index: parseIndex(text, object), problems }));
}

/** Checks an index against MAAS's rules and the documents that it names, as far as they could be read. */
export function checkIndexContent(view: string, index: Index, documents: ReadonlyMap<string, Products>): Problem[] {
  return checkIndex(index, { documents, signed: true }).map(violated(mirror.index(view)));
}

/**
 * Checks the unsigned index, which follows the signed one.
 * @param twin the expected index; undefined if it is unknown because a document is broken
 */
export async function checkPlainIndex(
  view: string,
  { plain, signature }: { plain: Buffer | undefined; signature: Buffer | undefined },
  twin: Index | undefined,
  signatures: SignatureCheck,
): Promise<Problem[]> {
  const [object, signatureObject] = [mirror.plainIndex(view), mirror.plainIndexSignature(view)];
  const absent = [
    ...(plain === undefined ? [missing(object, `readers that do not check signatures start from it; ${heals}`)] : []),
    ...(signature === undefined ? [missing(signatureObject, `it is the signature of ${object}; ${heals}`)] : []),
  ];
  const unsigned = async (bytes: Buffer) =>
    signature === undefined ? [] : (await signatures.detached(signatureObject, signature, bytes)).map(healed);

  const wanted = twin && Buffer.from(writeJson(twin));
  if (plain === undefined) return [...absent, ...(wanted ? await unsigned(wanted) : [])];
  const faults = await unsigned(plain);
  if (twin === undefined || wanted === undefined || plain.equals(wanted)) return [...absent, ...faults];
  if (signature !== undefined && faults.length === 0) return [isNewer(plain, twin) ? ahead(view) : behind(object)];
  // the signature is written first, so it may belong to an index that is not written yet
  const early = await unsigned(wanted);
  return [...absent, ...early, early.length === 0 && isOlder(plain, twin) ? behind(object) : strange(object)];
}

const heals = 'if a publication was interrupted, the next one repairs it';

function healed(problem: Problem): Problem {
  return { ...problem, message: `${problem.message}; ${heals}` };
}

function isOlder(plain: Buffer, twin: Index): boolean {
  return updatedOf(plain) < Date.parse(twin.updated);
}

function isNewer(plain: Buffer, twin: Index): boolean {
  return updatedOf(plain) > Date.parse(twin.updated);
}

/** NaN if it cannot be read: neither older nor newer than anything. */
function updatedOf(plain: Buffer): number {
  try {
    return Date.parse(parseIndex(plain.toString(), 'index.json').updated);
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return Number.NaN;
    throw error;
  }
}

/** index.sjson is committed first and index.json follows: this is allowed after a crash, but reported. */
function behind(object: string): Problem {
  const message = 'it is older than index.sjson: a publication was interrupted; the next one repairs it';
  return { object, rule: 'behind', message };
}

/** No publication causes this: it moves index.sjson first. */
function ahead(view: string): Problem {
  const object = mirror.index(view);
  const message = 'it is older than index.json: it looks restored from a backup';
  return { object, rule: 'ahead', message };
}

function strange(object: string): Problem {
  return { object, rule: 'twin', message: `it does not match index.sjson; ${heals}` };
}
