import { mirror } from '../../job/layout';
import { sha256Of } from '../../sha256';
import { checkProducts } from '../../simplestreams/contract/check-products';
import { isNamedByItself, jsonPathOf } from '../../simplestreams/documents';
import { parseProducts } from '../../simplestreams/json';
import type { Products } from '../../simplestreams/types';
import { badFormat, missing, type Problem, violated } from './problem';
import type { SignatureCheck } from './signature-check';

/** The bytes of an object, or undefined if it does not exist. */
export type Read = (key: string) => Promise<Buffer | undefined>;

export interface CheckedDocument {
  readonly id: string;
  /** Undefined if it is damaged or cannot be read. */
  readonly document?: Products;
  /** Path of its unsigned JSON, relative to the view. */
  readonly jsonPath?: string;
  readonly problems: readonly Problem[];
}

/**
 * Checks the three files of a products document: signed, unsigned, and the unsigned one's signature.
 * @param id the content id that the index has for it
 * @param path of the signed file, relative to the view
 */
export async function checkDocument(
  read: Read,
  view: string,
  { id, path }: { id: string; path: string },
  signatures: SignatureCheck,
): Promise<CheckedDocument> {
  const object = mirror.document(view, path);
  const bytes = await read(object);
  if (bytes === undefined) return { id, problems: [missing(object, `the index lists it for ${id}`)] };

  const renamed = wrongName(object, bytes);
  const { problems, text } = renamed.length > 0 ? { problems: renamed } : await signatures.clearsigned(object, bytes);
  if (text === undefined) return { id, problems };
  const jsonPath = jsonPathOf(text);
  const twins = await checkTwins(read, mirror.document(view, jsonPath), text, signatures);
  const content = badFormat(object, [], () => readContent(object, id, text));
  return { id, jsonPath, ...content, problems: [...problems, ...content.problems, ...twins] };
}

function readContent(object: string, id: string, text: string): { document: Products; problems: Problem[] } {
  const document = parseProducts(text, object);
  const other = document.content_id === id ? [] : [otherContent(object, id, document.content_id)];
  return { document, problems: [...other, ...checkProducts(document).map(violated(object))] };
}

async function checkTwins(read: Read, object: string, text: string, signatures: SignatureCheck): Promise<Problem[]> {
  const signatureObject = `${object}.gpg`;
  const [json, signature] = [await read(object), await read(signatureObject)];
  const why = 'readers that do not check signatures need it';
  return [
    ...(json === undefined ? [missing(object, why)] : wrongName(object, json)),
    ...(signature === undefined
      ? [missing(signatureObject, `it is the signature of ${object}`)]
      : await signatures.detached(signatureObject, signature, Buffer.from(text))),
  ];
}

/** Documents are named after their own sha256, so that every change is detected. */
export function wrongName(object: string, bytes: Buffer): Problem[] {
  if (isNamedByItself(object, bytes)) return [];
  const sha256 = sha256Of(bytes);
  return [{ object, rule: 'name', message: `its sha256 is ${sha256}, not the one in its name` }];
}

function otherContent(object: string, id: string, content: string): Problem {
  return { object, rule: 'content-id', message: `its content_id is ${content}, but the index lists it for ${id}` };
}
