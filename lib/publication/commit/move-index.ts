/* publication/commit: writes the new content of a view, and moves its index to it. */

import { mirror as layout, mutableCacheControl } from '../../job/layout';
import { makeIndex, type SealedDocument, sealDocument } from '../../simplestreams/documents';
import { writeJson } from '../../simplestreams/json';
import { keysOf } from '../../simplestreams/openpgp/keyring';
import type { Signer } from '../../simplestreams/openpgp/signer';
import type { Index, Products } from '../../simplestreams/types';
import { gateIndex } from '../gate/gate';
import type { NextContent } from '../next-content';
import type { Press } from '../press';
import { readDocumentText } from '../read-index';
import type { PublishedView } from '../read-view';
import { commitOnce } from './commit-once';
import { takeDocument } from './take-document';
import { type NewEntry, stateFiles, writeState } from './write-state';

/**
 * Seals the new content of a view, writes it, and moves index.sjson to it, if that is still the one that was read. Readers
 * see either the old content or the new; a crash leaves only documents that no index names.
 * @param entry what the history says @default - nothing: the view is only signed again
 * @returns false if another writer has moved the index since it was read
 * @throws ContractBroken if MAAS would refuse the index; nothing is then written
 */
export async function moveIndex(
  before: PublishedView,
  next: NextContent,
  entry: NewEntry | undefined,
  press: Press,
): Promise<boolean> {
  const { view, tag } = before;
  const state = stateFiles(before, next, entry);
  const sealed = await sealAll(before, next, press);
  const index = indexOf(before, next, { sealed, state: state.path });
  gateIndex(index, next.documents);
  for (const document of sealed.values()) await writeDocument(view, document, press);
  await writeState(view, state, press);

  const signed = Buffer.from(await press.signer.clearsign(writeJson(index), next.at));
  return commitOnce(view, press, () =>
    press.mirror.replace(layout.index(view), signed, { ...mutableText, ifMatch: tag }),
  );
}

/** Seals documents that have changed, and, unchanged, those that the new key has not signed yet. */
async function sealAll(
  { view, documents: published }: PublishedView,
  { documents, changed, taken, at }: NextContent,
  press: Press,
): Promise<ReadonlyMap<string, SealedDocument>> {
  const sealed = new Map<string, SealedDocument>();
  for (const [id, document] of documents) {
    const [before, from] = [published.get(id), taken.get(id)];
    if (from !== undefined && changed.has(id)) sealed.set(id, await takeDocument(document, from, press));
    else if (changed.has(id)) {
      sealed.set(id, await sealDocument(writeJson(document), press.signer, at));
    } else if (before?.byFormer) {
      const text = await readDocumentText(view, before.path, press);
      sealed.set(id, await sealDocument(text, press.signer, await signedAt(document, press.signer)));
    }
  }
  return sealed;
}

/**
 * The date of the document, or that of the key if it is later: a document then gets the same bytes and name in a view and in
 * its snapshots, and again after a crash.
 */
async function signedAt({ updated }: Products, { keyring }: Signer): Promise<Date> {
  const made = (await keysOf(keyring)).map(({ created }) => created.getTime());
  return new Date(Math.max(Date.parse(updated), ...made));
}

/**
 * Keeps fields that this release does not know. The clocks of publishers differ, but an index never gets a date before that
 * of the one that it replaces; nor a later one, since index.json is signed with it.
 */
function indexOf(
  { index: before, documents: published }: PublishedView,
  { documents, at }: NextContent,
  { sealed, state }: { readonly sealed: ReadonlyMap<string, SealedDocument>; readonly state: string },
): Index {
  const entries = [...documents].map(([id, document]) => {
    return { document, path: sealed.get(id)?.sjson.path ?? published.get(id)?.path ?? '' };
  });
  const date = new Date(Math.max(at.getTime(), before === undefined ? 0 : Date.parse(before.updated)));
  return { ...makeIndex(entries, date, before), ...{ state } };
}

async function writeDocument(
  view: string,
  { json, sjson, signature }: SealedDocument,
  { mirror, known }: Press,
): Promise<void> {
  await mirror.create(layout.document(view, json.path), json.bytes, jsonType);
  await mirror.create(layout.document(view, sjson.path), sjson.bytes, textType);
  // Another key signs the same JSON differently, so this is the only object of a document that may change.
  await mirror.replace(layout.document(view, signature.path), signature.bytes, mutableText);
  known?.keepFacts(view, sjson.path, { jsonPath: json.path, byFormer: false });
}

const jsonType = { contentType: 'application/json' };
const textType = { contentType: 'text/plain; charset=utf-8' };
const mutableText = { ...textType, cacheControl: mutableCacheControl };
