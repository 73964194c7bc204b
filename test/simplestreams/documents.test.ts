import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkIndex } from '../../lib/simplestreams/contract/check-index';
import { jsonPathOf, makeIndex, plainIndexOf, sealDocument } from '../../lib/simplestreams/documents';
import { writeJson } from '../../lib/simplestreams/json';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import { clearsignedFault, detachedFault } from '../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import { at, bootloaderDocument, imageContentId, imageDocument, imageId, updated } from './made-documents';

let signer: Signer;
beforeAll(async () => {
  signer = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
});

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('sealDocument', () => {
  it('names each file by its own bytes, and the signature after the JSON', async () => {
    const { json, sjson, signature } = await sealDocument(writeJson(imageDocument()), signer, at);
    expect(json).toEqual({
      path: `streams/v1/${digest(json.bytes)}.json`,
      bytes: Buffer.from(writeJson(imageDocument())),
    });
    expect(json.path).toBe(jsonPathOf(writeJson(imageDocument())));
    expect(sjson.path).toBe(`streams/v1/${digest(sjson.bytes)}.sjson`);
    expect(signature.path).toBe(`${json.path}.gpg`);
  });

  it('signs the very JSON twice, in the form that we take for canonical', async () => {
    const { json, sjson, signature } = await sealDocument(writeJson(imageDocument()), signer, at);
    expect(splitClearsigned(sjson.bytes).text).toBe(json.bytes.toString());
    expect(clearsignedFault(sjson.bytes)).toBeUndefined();
    expect(detachedFault(signature.bytes, json.bytes)).toBeUndefined();
  });

  it('gives the same files for the same document, key and time', async () => {
    expect(await sealDocument(writeJson(imageDocument()), signer, at)).toEqual(
      await sealDocument(writeJson(imageDocument()), signer, at),
    );
  });
});

describe('makeIndex', () => {
  const entries = [
    { document: imageDocument(), path: 'streams/v1/aa.sjson' },
    { document: bootloaderDocument(), path: 'streams/v1/bb.sjson' },
  ];

  it('says of each document what the document says', () => {
    expect(makeIndex(entries.slice(0, 1), new Date('2026-10-12T04:11:10Z'))).toEqual({
      format: 'index:1.0',
      index: {
        [imageContentId]: {
          datatype: 'image-downloads',
          format: 'products:1.0',
          path: 'streams/v1/aa.sjson',
          products: [imageId],
          updated,
        },
      },
      updated: 'Mon, 12 Oct 2026 04:11:10 +0000',
    });
  });

  it('passes the contract', () => {
    const documents = new Map(entries.map(({ document }) => [document.content_id, document]));
    expect(checkIndex(makeIndex(entries, at), { documents, signed: true })).toEqual([]);
  });

  it('sorts the ids of products', () => {
    const { [imageId]: product } = imageDocument().products;
    if (product === undefined) throw new Error('the maker makes it');
    const document = { ...imageDocument(), products: { b: product, a: product, '1': product } };
    expect(makeIndex([{ document, path: 'x' }], at).index[imageContentId]?.products).toEqual(['1', 'a', 'b']);
  });

  it('hands on what the index before says beyond our own fields', () => {
    const [entry] = entries.map(({ document }) => document.content_id);
    const before = { ...makeIndex(entries, at), later: 'kept' };
    const index = { ...before.index, [entry ?? '']: { ...before.index[entry ?? ''], held: 'kept' } };
    const next = makeIndex(entries, at, { ...before, index } as typeof before);
    expect(next).toMatchObject({
      later: 'kept',
      index: { [entry ?? '']: { held: 'kept', path: 'streams/v1/aa.sjson' } },
    });
  });

  it('refuses two documents of one content id', () => {
    expect(() => makeIndex([...entries, ...entries.slice(0, 1)], at)).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringContaining(imageContentId) }),
    );
  });

  it('has a plain twin that differs only in where documents lie', () => {
    const index = makeIndex(entries, at);
    const plain = plainIndexOf(index, (id) => `streams/v1/${id.length}.json`);
    expect(plain.index[imageContentId]?.path).toBe(`streams/v1/${imageContentId.length}.json`);
    expect(plainIndexOf(plain, (id) => index.index[id]?.path ?? '')).toEqual(index);
  });
});
