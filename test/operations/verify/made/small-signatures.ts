import { mirror } from '../../../../lib/job/layout';
import type { Read } from '../../../../lib/operations/verify/check-document';
import type { Problem } from '../../../../lib/operations/verify/problem';
import type { SignatureCheck } from '../../../../lib/operations/verify/signature-check';
import { makeIndex, plainIndexOf, sealDocument } from '../../../../lib/simplestreams/documents';
import { writeJson } from '../../../../lib/simplestreams/json';
import { clearsigned } from '../../../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../../../lib/simplestreams/openpgp/split-clearsigned';
import type { Index, Products } from '../../../../lib/simplestreams/types';

export const at = new Date('2026-11-21T00:00:00Z');

/** A text in the form of a signed one. */
export const looksSigned = (text: string) => Buffer.from(clearsigned(text, Buffer.from('nobody')));
/** What {@link smallSignatures} takes for a signature over these bytes. */
export const signatureOf = (bytes: Buffer | string) => Buffer.from(`signature of ${bytes}`);

/** Looks at signatures without gpgv. @param wrong objects whose signature does not hold */
export function smallSignatures(wrong: readonly string[] = []): SignatureCheck {
  const problemOf = (object: string): Problem => ({ object, rule: 'signature', message: 'does not hold' });
  return {
    clearsigned: async (object, bytes) => {
      if (!bytes.toString().startsWith('-----BEGIN')) return { problems: [problemOf(object)] };
      const { text } = splitClearsigned(bytes);
      return { problems: wrong.includes(object) ? [problemOf(object)] : [], text };
    },
    detached: async (object, signature, signed) =>
      signature.equals(signatureOf(signed)) && !wrong.includes(object) ? [] : [problemOf(object)],
  };
}

const signer = {
  clearsign: async (text: string) => looksSigned(text).toString(),
  detach: async (text: string) => signatureOf(text).toString(),
} as unknown as Signer;

export interface SmallView {
  readonly files: Map<string, Buffer>;
  readonly index: Index;
  /** What index.json says. */
  readonly plain: Index;
  readonly read: Read;
}

/** The metadata of the view candidate, whole. */
export async function smallView(documents: readonly Products[], more: object = {}): Promise<SmallView> {
  const files = new Map<string, Buffer>();
  const sealed = await Promise.all(documents.map((document) => sealDocument(writeJson(document), signer, at)));
  for (const { path, bytes } of sealed.flatMap(({ json, sjson, signature }) => [json, sjson, signature])) {
    files.set(mirror.document('candidate', path), bytes);
  }
  const entries = documents.map((document, place) => ({ document, path: sealed[place]?.sjson.path ?? '' }));
  const index = { ...makeIndex(entries, at), ...more };
  const paths = new Map(documents.map(({ content_id }, place) => [content_id, sealed[place]?.json.path ?? '']));
  const plain = plainIndexOf(index, (id) => paths.get(id) ?? '');
  files.set(mirror.index('candidate'), looksSigned(writeJson(index)));
  files.set(mirror.plainIndex('candidate'), Buffer.from(writeJson(plain)));
  files.set(mirror.plainIndexSignature('candidate'), signatureOf(writeJson(plain)));
  return { files, index, plain, read: async (key) => files.get(key) };
}
