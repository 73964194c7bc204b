import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIndex, parseProducts, rfc2822, writeJson } from '../../lib/simplestreams/json';
import { at, bootloaderDocument, imageDocument, updated } from './made-documents';

describe('writeJson', () => {
  it('writes as simplestreams tools do: one space, sorted keys, one newline at the end', () => {
    expect(writeJson({ b: [1, { d: null, c: true }], a: {}, e: [] })).toBe(
      '{\n "a": {},\n "b": [\n  1,\n  {\n   "c": true,\n   "d": null\n  }\n ],\n "e": []\n}\n',
    );
  });

  it('sorts keys that look like numbers among the others', () => {
    const text = writeJson({ '20261013': 1, '20261012.1': 2, '20261012': 3 });
    expect(text.match(/\d{8}(\.\d)?/g)).toEqual(['20261012', '20261012.1', '20261013']);
  });

  it('escapes everything that is not ASCII', () => {
    expect(writeJson({ ü: '\u007f😀' })).toBe('{\n "\\u00fc": "\\u007f\\ud83d\\ude00"\n}\n');
  });

  it('leaves fields out that are undefined', () => {
    expect(writeJson({ a: undefined })).toBe('{}\n');
  });

  it('gives back what was written, in ASCII, with no line that begins with a dash', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        const text = writeJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).toMatch(/^[\n -~]*$/);
        expect(text).not.toMatch(/^-/m);
        expect(text.endsWith('}\n')).toBe(true);
        expect(writeJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it.each([
    [[1], 'a list'],
    [{ a: Number.NaN }, 'NaN'],
    [{ a: 1n }, 'bigint'],
    [{ a: [undefined] }, 'undefined'],
  ])('refuses what no reader gets back: %s', (value, seen) => {
    expect(() => writeJson(value)).toThrow(
      expect.objectContaining({ name: 'BadFormat', message: expect.stringContaining(seen) }),
    );
  });
});

describe('rfc2822', () => {
  it('writes the offset as a number', () => {
    expect(rfc2822(at)).toBe(updated);
    expect(rfc2822(new Date('2026-01-01T00:00:00Z'))).toBe('Thu, 01 Jan 2026 00:00:00 +0000');
  });

  it('refuses an invalid date', () => {
    expect(() => rfc2822(new Date('x'))).toThrow(expect.objectContaining({ name: 'BadFormat' }));
  });
});

describe('parseProducts', () => {
  it('gives back our documents', () => {
    for (const document of [imageDocument(), bootloaderDocument()]) {
      expect(parseProducts(writeJson(document), 'x')).toEqual(document);
    }
  });

  it('keeps what it does not know, as other streams have it', () => {
    const foreign = {
      ...imageDocument(),
      license: 'http://www.canonical.com/intellectual-property-policy',
      products: {
        'com.ubuntu.cloud:server:24.04:amd64': {
          supported: true,
          aliases: '24.04,n,noble',
          versions: { '20260801': { label: 'release', pubname: 'x', items: {} } },
        },
      },
    };
    expect(parseProducts(JSON.stringify(foreign), 'x')).toEqual(foreign);
  });

  const item = ['products', 'p', 'versions', 'v', 'items', 'i'];
  const good = {
    content_id: 'c',
    datatype: 'image-downloads',
    format: 'products:1.0',
    updated,
    products: { p: { versions: { v: { items: { i: { ftype: 'f', path: 'p', sha256: 'a'.repeat(64), size: 1 } } } } } },
  };

  it.each([
    ['', 'the top', '[]'],
    ['', 'the top', 'null'],
    ['another format', 'format', JSON.stringify({ ...good, format: 'index:1.0' })],
    ['another datatype', 'datatype', JSON.stringify({ ...good, datatype: 'content-download' })],
    ['no products', 'products', JSON.stringify({ ...good, products: undefined })],
    ['no content id', 'content_id', JSON.stringify({ ...good, content_id: '' })],
    ['no digest', [...item, 'sha256'].join(' / '), JSON.stringify(good).replace('a'.repeat(64), 'abc')],
    ['a negative size', [...item, 'size'].join(' / '), JSON.stringify(good).replace('"size":1', '"size":-1')],
    ['no path', [...item, 'path'].join(' / '), JSON.stringify(good).replace('"path":"p"', '"path":""')],
  ])('refuses a document with %s, naming file and place %s', (_what, place, text) => {
    expect(() => parseProducts(text, 'some/file')).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: expect.stringContaining(`some/file is not a simplestreams products document: at ${place}:`),
      }),
    );
  });

  it('refuses what is not JSON, with the parser’s words', () => {
    expect(() => parseProducts('<html>', 'http://x/y')).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: expect.stringMatching(/^http:\/\/x\/y is not a .*Unexpected/),
      }),
    );
  });
});

describe('parseIndex', () => {
  const index = {
    format: 'index:1.0',
    updated,
    index: { c: { path: 'streams/v1/x.sjson', products: ['p'], updated } },
  };

  it('gives back an index, also one without the optional fields', () => {
    expect(parseIndex(JSON.stringify(index), 'x')).toEqual(index);
  });

  it.each([
    ['format', { ...index, format: 'products:1.0' }],
    ['index', { ...index, index: undefined }],
    ['index / c / products', { ...index, index: { c: { ...index.index.c, products: 'p' } } }],
    ['index / c / path', { ...index, index: { c: { ...index.index.c, path: 1 } } }],
  ])('refuses a wrong %s', (place, broken) => {
    expect(() => parseIndex(JSON.stringify(broken), 'some/index')).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: expect.stringContaining(`some/index is not a simplestreams index: at ${place}:`),
      }),
    );
  });
});
