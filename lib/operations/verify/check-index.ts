import { MirrorError } from '../../errors';
import { mirror } from '../../job/layout';
import { checkIndex } from '../../simplestreams/contract/check-index';
import { parseIndex, writeJson } from '../../simplestreams/json';
import type { Index, Products } from '../../simplestreams/types';
import { badFormat, missing, type Problem, violated } from './problem';
import type { SignatureCheck } from './signature-check';

/** Looks at the index that readers start from. No index comes back where its bytes cannot be trusted to be whole. */
export async function checkSignedIndex(
  view: string,
  bytes: Buffer | undefined,
  signatures: SignatureCheck,
): Promise<{ index?: Index; problems: Problem[] }> {
  const object = mirror.index(view);
  if (bytes === undefined) return { problems: [missing(object, 'no reader finds the view without it')] };
  const { problems, text } = await signatures.clearsigned(object, bytes);
  if (text === undefined) return { problems };
  return badFormat(object, problems, () => ({ index: parseIndex(text, object), problems }));
}

/** Holds an index against MAAS's rules and against the documents that it names, as far as they could be read. */
export function checkIndexContent(view: string, index: Index, documents: ReadonlyMap<string, Products>): Problem[] {
  return checkIndex(index, { documents, signed: true }).map(violated(mirror.index(view)));
}

/**
 * Looks at the unsigned index, which follows the signed one.
 * @param twin what it should be; undefined where that cannot be known because a document is broken
 */
export async function checkPlainIndex(
  view: string,
  { plain, signature }: { plain: Buffer | undefined; signature: Buffer | undefined },
  twin: Index | undefined,
  signatures: SignatureCheck,
): Promise<Problem[]> {
  const [object, signatureObject] = [mirror.plainIndex(view), mirror.plainIndexSignature(view)];
  const absent = [
    ...(plain === undefined ? [missing(object, `readers that check no signature start there; ${heals}`)] : []),
    ...(signature === undefined ? [missing(signatureObject, `${object} is signed by it; ${heals}`)] : []),
  ];
  const unsigned = async (bytes: Buffer) =>
    signature === undefined ? [] : (await signatures.detached(signatureObject, signature, bytes)).map(healed);

  const wanted = twin && Buffer.from(writeJson(twin));
  if (plain === undefined) return [...absent, ...(wanted ? await unsigned(wanted) : [])];
  const faults = await unsigned(plain);
  if (twin === undefined || wanted === undefined || plain.equals(wanted)) return [...absent, ...faults];
  if (signature !== undefined && faults.length === 0) return [isNewer(plain, twin) ? ahead(view) : behind(object)];
  // the signature goes first, so it may belong to the index that has not come yet
  const early = await unsigned(wanted);
  return [...absent, ...early, early.length === 0 && isOlder(plain, twin) ? behind(object) : strange(object)];
}

const heals = 'if a publication was cut off, the next one heals it';

function healed(problem: Problem): Problem {
  return { ...problem, message: `${problem.message}; ${heals}` };
}

function isOlder(plain: Buffer, twin: Index): boolean {
  return updatedOf(plain) < Date.parse(twin.updated);
}

function isNewer(plain: Buffer, twin: Index): boolean {
  return updatedOf(plain) > Date.parse(twin.updated);
}

/** Not a number where it cannot be read: neither older nor newer than anything. */
function updatedOf(plain: Buffer): number {
  try {
    return Date.parse(parseIndex(plain.toString(), 'index.json').updated);
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return Number.NaN;
    throw error;
  }
}

/** The index is committed first, its followers come after it: so much is legal after a crash, and to be told. */
function behind(object: string): Problem {
  const message = 'it is an older index than index.sjson: a publication was cut off, the next one heals it';
  return { object, rule: 'behind', message };
}

/** No publication leaves it so: it moves index.sjson first. */
function ahead(view: string): Problem {
  const object = mirror.index(view);
  const message = 'it is older than index.json: it looks restored from a backup';
  return { object, rule: 'ahead', message };
}

function strange(object: string): Problem {
  return { object, rule: 'twin', message: `it does not say what index.sjson says; ${heals}` };
}
