import { describe, expect, it } from 'vitest';
import { mirror } from '../../../lib/job/layout';
import { checkIndexContent, checkPlainIndex, checkSignedIndex } from '../../../lib/operations/verify/check-index';
import { makeIndex } from '../../../lib/simplestreams/documents';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Index } from '../../../lib/simplestreams/types';
import { imageContentId, imageDocument } from '../../simplestreams/made-documents';
import { at, looksSigned, signatureOf, smallSignatures } from './made/small-signatures';

const [signed, plain, signature] = [
  mirror.index('candidate'),
  mirror.plainIndex('candidate'),
  mirror.plainIndexSignature('candidate'),
];
const heals = 'if a publication was interrupted, the next one repairs it';
const entries = [{ document: imageDocument(), path: 'streams/v1/a.json' }];
const twin = makeIndex(entries, at);
const bytesOf = (index: Index) => Buffer.from(writeJson(index));
const dated = (seconds: number) => makeIndex(entries, new Date(at.getTime() + 1000 * seconds));

const followers = (
  files: { plain?: Buffer | undefined; signature?: Buffer | undefined },
  wanted: Index | undefined = twin,
) => checkPlainIndex('candidate', { ...nothing, ...files }, wanted, smallSignatures(), changesOf);

const nothing = { plain: undefined, signature: undefined };
const changesOf = async (index: Index) => (index as { readonly changes?: number }).changes;

describe('the signed index', () => {
  it('is read where it is right, and as far as it can be where its signature does not hold', async () => {
    const bytes = looksSigned(writeJson(twin));

    expect(await checkSignedIndex('candidate', bytes, smallSignatures())).toEqual({ index: twin, problems: [] });
    expect(await checkSignedIndex('candidate', bytes, smallSignatures([signed]))).toEqual({
      index: twin,
      problems: [{ object: signed, rule: 'signature', message: 'does not hold' }],
    });
    expect(await checkSignedIndex('candidate', Buffer.from('{}'), smallSignatures())).toEqual({
      problems: [{ object: signed, rule: 'signature', message: 'does not hold' }],
    });
  });

  it('is missing, or no index', async () => {
    expect(await checkSignedIndex('candidate', undefined, smallSignatures())).toEqual({
      problems: [{ object: signed, rule: 'missing', message: 'missing: readers need this file to find the view' }],
    });
    const { index, problems } = await checkSignedIndex('candidate', looksSigned('{}\n'), smallSignatures([signed]));
    expect(index).toBeUndefined();
    expect(problems).toMatchObject([
      { object: signed, rule: 'signature' },
      { object: signed, rule: 'format', message: expect.stringContaining(signed) },
    ]);
  });

  it('is held against the documents that it names, and the rules', () => {
    const document = imageDocument();
    const right = makeIndex([{ document, path: `streams/v1/${'0'.repeat(64)}.sjson` }], at);
    const documents = new Map([[imageContentId, document]]);
    expect(checkIndexContent('candidate', right, documents)).toEqual([]);

    const [[id, entry] = ['', undefined]] = Object.entries(right.index);
    const short = { ...right, index: { [id]: { ...entry, products: [] } } } as unknown as Index;
    expect(checkIndexContent('candidate', short, documents)).toMatchObject([
      {
        object: signed,
        rule: 'index-products-empty',
        message: `${imageContentId}: products is []: an entry without products offers nothing`,
      },
    ]);
  });
});

describe('the index for readers that check no signature', () => {
  it('is its twin, byte by byte, with a signature', async () => {
    expect(await followers({ plain: bytesOf(twin), signature: signatureOf(bytesOf(twin)) })).toEqual([]);
  });

  it('is missing, or its signature is, or both are', async () => {
    const noPlain = {
      object: plain,
      rule: 'missing',
      message: `missing: readers that do not check signatures start from it; ${heals}`,
    };
    const noSignature = {
      object: signature,
      rule: 'missing',
      message: `missing: it is the signature of ${plain}; ${heals}`,
    };
    expect(await followers({ signature: signatureOf(bytesOf(twin)) })).toEqual([noPlain]);
    expect(await followers({ plain: bytesOf(twin) })).toEqual([noSignature]);
    expect(await followers({})).toEqual([noPlain, noSignature]);
    const wrong = { object: signature, rule: 'signature', message: `does not hold; ${heals}` };
    expect(await followers({ signature: signatureOf('else') })).toEqual([noPlain, wrong]);
    const files = { plain: undefined, signature: signatureOf('else') };
    expect(await checkPlainIndex('candidate', files, undefined, smallSignatures(), changesOf)).toEqual([noPlain]);
  });

  const behind = {
    object: plain,
    rule: 'behind',
    message: 'it is older than index.sjson: a publication was interrupted; the next one repairs it',
  };
  const ahead = {
    object: signed,
    rule: 'ahead',
    message: 'it is older than index.json: it looks restored from a backup',
  };
  const strange = { object: plain, rule: 'twin', message: `it does not match index.sjson; ${heals}` };
  const wrong = { object: signature, rule: 'signature', message: `does not hold; ${heals}` };
  const other = (seconds: number) => bytesOf({ ...dated(seconds), later: 1 } as Index);

  it.each([
    ['older, with its signature', other(-1), signatureOf(other(-1)), [behind]],
    ['older, with the signature of its twin', other(-1), signatureOf(bytesOf(twin)), [behind]],
    ['older, with another signature', other(-1), signatureOf('else'), [wrong, strange]],
    ['newer, with its signature', other(1), signatureOf(other(1)), [ahead]],
    ['newer, with the signature of its twin', other(1), signatureOf(bytesOf(twin)), [strange]],
    ['as old, with its signature', other(0), signatureOf(other(0)), [behind]],
    ['as old, with the signature of its twin', other(0), signatureOf(bytesOf(twin)), [strange]],
    ['none, with the signature of its twin', Buffer.from('{}'), signatureOf(bytesOf(twin)), [strange]],
    ['none, with its signature', Buffer.from('{}'), signatureOf('{}'), [behind]],
    ['its twin, with another signature', bytesOf(twin), signatureOf('else'), [wrong]],
  ])('is %s', async (_, bytes, of, problems) => {
    expect(await followers({ plain: bytes, signature: of })).toEqual(problems);
  });

  it('is older, or not, without a signature', async () => {
    expect((await followers({ plain: other(-1) })).at(-1)).toEqual(behind);
    expect((await followers({ plain: other(1) })).at(-1)).toEqual(strange);
  });

  it('is held against its signature alone where a document is broken', async () => {
    const files = { plain: other(0), signature: signatureOf('else') };
    expect(await checkPlainIndex('candidate', files, undefined, smallSignatures(), changesOf)).toEqual([wrong]);
  });

  it.each([
    ['of a later change with an older date', -1, 2, [ahead]],
    ['of an earlier change with a newer date', 1, 0, [behind]],
    ['of the same change with a newer date', 1, 1, [behind]],
  ])('is %s: the dates do not count', async (_, seconds, changes, problems) => {
    const bytes = bytesOf({ ...dated(seconds), changes } as Index);
    expect(await followers({ plain: bytes, signature: signatureOf(bytes) }, { ...twin, changes: 1 } as Index)).toEqual(
      problems,
    );
  });
});
