import { MirrorError } from '../../errors';
import { mirror } from '../../job/layout';
import { checkIndex } from '../../simplestreams/contract/check-index';
import { parseIndex, writeJson } from '../../simplestreams/json';
import type { Index, Products } from '../../simplestreams/types';
import { badFormat, missing, type Problem, violated } from './problem';
import type { SignatureCheck } from './signature-check';

/** Why an index may not be missing. */
export const whyIndex = 'readers need this file to find the view';

/** Checks the index that readers start from. Returns no index if its bytes may not be intact. */
export async function checkSignedIndex(
  view: string,
  bytes: Buffer | undefined,
  signatures: SignatureCheck,
): Promise<{ index?: Index; problems: Problem[] }> {
  const object = mirror.index(view);
  if (bytes === undefined) return { problems: [missing(object, whyIndex)] };
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
 * @param changesOf how many changes led to an index; undefined if its state does not say
 */
export async function checkPlainIndex(
  view: string,
  { plain, signature }: { plain: Buffer | undefined; signature: Buffer | undefined },
  twin: Index | undefined,
  signatures: SignatureCheck,
  changesOf: (index: Index) => Promise<number | undefined>,
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
  const age = await ageOf(plain, twin, changesOf);
  if (signature !== undefined && faults.length === 0) return [age > 0 ? ahead(view) : behind(object)];
  // the signature is written first, so it may belong to an index that is not written yet
  const early = await unsigned(wanted);
  return [...absent, ...early, early.length === 0 && age < 0 ? behind(object) : strange(object)];
}

const heals = 'if a publication was interrupted, the next one repairs it';

function healed(problem: Problem): Problem {
  return { ...problem, message: `${problem.message}; ${heals}` };
}

/**
 * Above 0 if index.json is of a later change than its twin, below 0 if of an earlier one; NaN if it cannot be read. The clocks
 * of publishers differ, so the dates count only where the changes cannot be counted.
 */
async function ageOf(
  plain: Buffer,
  twin: Index,
  changesOf: (index: Index) => Promise<number | undefined>,
): Promise<number> {
  const index = readable(plain);
  if (index === undefined) return Number.NaN;
  const [changes, twinChanges] = [await changesOf(index), await changesOf(twin)];
  if (changes !== undefined && twinChanges !== undefined) return changes - twinChanges;
  return Date.parse(index.updated) - Date.parse(twin.updated);
}

function readable(plain: Buffer): Index | undefined {
  try {
    return parseIndex(plain.toString(), 'index.json');
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return undefined;
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
