import { MirrorError } from '../../errors';
import { mirror as layout } from '../../job/layout';
import { jsonPathOf, type SealedDocument } from '../../simplestreams/documents';
import { writeJson } from '../../simplestreams/json';
import { splitClearsigned } from '../../simplestreams/openpgp/split-clearsigned';
import type { Products } from '../../simplestreams/types';
import type { Press } from '../press';
import { readNamed } from '../read-index';

/**
 * The files of a document as another view has them, for a snapshot: nothing is signed again.
 * @param document what the change says it is
 * @throws ContractBroken if it is another document; NoSuchObject; ChecksumMismatch if it was changed
 */
export async function takeDocument(
  document: Products,
  { view, path }: { readonly view: string; readonly path: string },
  press: Press,
): Promise<SealedDocument> {
  const sjson = { path, bytes: await readNamed(view, path, press) };
  const { text } = splitClearsigned(sjson.bytes);
  const json = { path: jsonPathOf(text), bytes: Buffer.from(text) };
  if (text !== writeJson(document)) {
    throw new MirrorError(
      'ContractBroken',
      `${layout.document(view, path)} is not the document that is taken from it`,
      {
        hint: 'nothing was published; the view is unchanged',
      },
    );
  }
  return { json, sjson, signature: { path: `${json.path}.gpg`, bytes: await signatureOf(view, json.path, press) } };
}

async function signatureOf(view: string, jsonPath: string, { mirror }: Press): Promise<Buffer> {
  const key = layout.document(view, `${jsonPath}.gpg`);
  const found = await mirror.read(key);
  if (found !== undefined) return found.bytes;
  throw new MirrorError('NoSuchObject', `${mirror.name} has no ${key}`, {
    hint: 'restore it from a backup or another copy of the mirror; `maas-mirror verify` lists all missing files',
  });
}
