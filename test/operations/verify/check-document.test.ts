import { describe, expect, it } from 'vitest';
import { mirror } from '../../../lib/job/layout';
import { checkDocument, wrongName } from '../../../lib/operations/verify/check-document';
import { sha256Of } from '../../../lib/sha256';
import { jsonPathOf } from '../../../lib/simplestreams/documents';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Products } from '../../../lib/simplestreams/types';
import { imageContentId as id, imageDocument, imageId } from '../../simplestreams/made-documents';
import { looksSigned, type SmallView, smallSignatures, smallView } from './made/small-signatures';

const document = imageDocument();
const jsonPath = jsonPathOf(writeJson(document));
const json = mirror.document('candidate', jsonPath);

async function checked(harm: (view: SmallView, signed: string) => unknown, wrong: readonly string[] = []) {
  const view = await smallView([document]);
  const { path = '' } = view.index.index[id] ?? {};
  const signed = mirror.document('candidate', path);
  harm(view, signed);
  return { signed, found: await checkDocument(view.read, 'candidate', { id, path }, smallSignatures(wrong)) };
}

describe('a document of a view', () => {
  it('is read with its twin, where all is well', async () => {
    expect((await checked(() => {})).found).toEqual({ id, jsonPath, document, problems: [] });
  });

  it('is missing', async () => {
    const { found, signed } = await checked(({ files }, key) => files.delete(key));

    expect(found).toEqual({
      id,
      problems: [{ object: signed, rule: 'missing', message: `missing: the index lists it for ${id}` }],
    });
  });

  it('is named by another sha256 than its own', async () => {
    const other = looksSigned('{}\n');
    const { found, signed } = await checked(({ files }, key) => files.set(key, other));

    const message = `its sha256 is ${sha256Of(other)}, not the one in its name`;
    expect(found).toEqual({ id, problems: [{ object: signed, rule: 'name', message }] });
  });

  it('has a signature that does not hold, and is looked at nevertheless', async () => {
    const view = await smallView([document]);
    const { path = '' } = view.index.index[id] ?? {};
    const signed = mirror.document('candidate', path);
    const problem = { object: signed, rule: 'signature', message: 'does not hold' };

    expect(await checkDocument(view.read, 'candidate', { id, path }, smallSignatures([signed]))).toEqual({
      ...{ id, jsonPath, document, problems: [problem] },
    });
  });

  it('has no text that is signed', async () => {
    const bytes = Buffer.from('no signed text');
    const path = `streams/v1/${sha256Of(bytes)}.sjson`;
    const found = await checkDocument(async () => bytes, 'candidate', { id, path }, smallSignatures());

    expect(found).toEqual({
      id,
      problems: [{ object: mirror.document('candidate', path), rule: 'signature', message: 'does not hold' }],
    });
  });

  it('has no twin, or no signature of it', async () => {
    expect((await checked(({ files }) => files.delete(json))).found.problems).toEqual([
      { object: json, rule: 'missing', message: 'missing: readers that do not check signatures need it' },
    ]);
    expect((await checked(({ files }) => files.delete(`${json}.gpg`))).found.problems).toEqual([
      { object: `${json}.gpg`, rule: 'missing', message: `missing: it is the signature of ${json}` },
    ]);
  });

  it('has another twin, or a signature of something else', async () => {
    const other = Buffer.from('{}\n');
    expect((await checked(({ files }) => files.set(json, other))).found.problems).toEqual(wrongName(json, other));
    expect((await checked(({ files }) => files.set(`${json}.gpg`, other))).found.problems).toEqual([
      { object: `${json}.gpg`, rule: 'signature', message: 'does not hold' },
    ]);
  });

  it('is of another content than the index says, or breaks a rule of MAAS', async () => {
    const { products, ...rest } = document;
    const [product] = Object.values(products);
    const other = { ...rest, products: { [imageId]: { ...product, label: '' } } } as Products;
    const view = await smallView([other]);
    const { path = '' } = view.index.index[id] ?? {};
    const object = mirror.document('candidate', path);
    const { problems, ...found } = await checkDocument(view.read, 'candidate', { id: 'x', path }, smallSignatures());

    expect(found).toMatchObject({ id: 'x', document: other });
    expect(problems[0]).toEqual({
      object,
      rule: 'content-id',
      message: `its content_id is ${id}, but the index lists it for x`,
    });
    expect(problems[1]).toMatchObject({ object, message: expect.stringContaining(`${imageId}: label is missing`) });
  });

  it('is no products document', async () => {
    const text = '{}\n';
    const view = await smallView([]);
    const bytes = looksSigned(text);
    const path = `streams/v1/${sha256Of(bytes)}.sjson`;
    const object = mirror.document('candidate', path);
    view.files.set(object, bytes);
    const { problems, ...found } = await checkDocument(view.read, 'candidate', { id, path }, smallSignatures());

    expect(found).toEqual({ id, jsonPath: jsonPathOf(text) });
    expect(problems.map(({ rule }) => rule)).toEqual(['format', 'missing', 'missing']);
    expect(problems[0]).toMatchObject({ object, message: expect.stringContaining(object) });
  });
});
