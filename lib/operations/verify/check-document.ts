import { mirror } from '../../job/layout';
import { sha256Of } from '../../sha256';
import { checkProducts } from '../../simplestreams/contract/check-products';
import { isNamedByItself, jsonPathOf } from '../../simplestreams/documents';
import { parseProducts } from '../../simplestreams/json';
import type { Products } from '../../simplestreams/types';
import { badFormat, missing, type Problem, violated } from './problem';
import type { SignatureCheck } from './signature-check';

/** The bytes of an object, or undefined where there is none. */
export type Read = (key: string) => Promise<Buffer | undefined>;

export interface CheckedDocument {
  readonly id: string;
  /** Not where it cannot be read, or is damaged. */
  readonly document?: Products;
  /** Where its unsigned JSON lies, relative to the view. */
  readonly jsonPath?: string;
  readonly problems: readonly Problem[];
}

/**
 * Looks at the three files of a products document: signed, unsigned, and the unsigned one's signature.
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
  if (bytes === undefined) return { id, problems: [missing(object, `the index names it for ${id}`)] };

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
  const why = 'readers that check no signature take it';
  return [
    ...(json === undefined ? [missing(object, why)] : wrongName(object, json)),
    ...(signature === undefined
      ? [missing(signatureObject, `${object} is signed by it`)]
      : await signatures.detached(signatureObject, signature, Buffer.from(text))),
  ];
}

/** Documents are named by their own bytes, so that none can change unseen. */
export function wrongName(object: string, bytes: Buffer): Problem[] {
  if (isNamedByItself(object, bytes)) return [];
  const sha256 = sha256Of(bytes);
  return [{ object, rule: 'name', message: `it is named by another sha256 than its own, which is ${sha256}` }];
}

function otherContent(object: string, id: string, content: string): Problem {
  return { object, rule: 'content-id', message: `it is ${content}, and the index names it for ${id}` };
}
