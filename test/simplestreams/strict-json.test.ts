import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readForeignDocument } from '../../lib/simplestreams/foreign/foreign-documents';
import { parseIndex, parseProducts } from '../../lib/simplestreams/json';
import { parseStrictJson } from '../../lib/simplestreams/strict-json';

describe('JSON of others', () => {
  it('is read as JSON.parse reads it, whatever it is', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(parseStrictJson(spaced)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['the very same name', '{"a": 1, "a": 1}'],
    ['one that is escaped', String.raw`{"a": 1, "\u0061": 2}`],
    ['escaped in two ways', String.raw`{"\u002f": 1, "\/": 2}`],
    ['an empty one', '{"": 1, "": 2}'],
    ['one before blanks', '{"a" \t\r\n: 1, "a":2}'],
    ['one in an object in lists', '[[{"b": {"a": [], "c": 1, "a": {}}}]]'],
    ['one after an object with it', '{"a": {"a": 1}, "b": 2, "a": 3}'],
    ['the prototype', '{"__proto__": 1, "__proto__": 2}'],
  ])('refuses an object that has a name twice: %s', (_, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(() => parseStrictJson(text)).toThrow(/^an object has two members named /);
  });

  it.each([
    '{"a": {"a": {"a": 1}}, "b": {"a": 2}}',
    '[{"a": 1}, {"a": 1}]',
    '["a", "a", {"b": "a", "a": "b"}]',
    String.raw`{"a": "\"a\": 1, \\", "b": "a\\\\"}`,
    '{"a": ":", ":": "a"}',
  ])('takes a name again where it is of another object, or no name: %s', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('refuses what is nested deeply, before a reader runs out of stack', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseStrictJson(nested(100))).toBeInstanceOf(Array);
    expect(() => parseStrictJson(nested(101))).toThrow('it is nested more than 100 levels deep');
    expect(() => parseStrictJson(nested(1_000_000))).toThrow('it is nested more than 100 levels deep');
  });

  it.each<[string, (text: string) => unknown]>([
    ['readForeignDocument', (text) => readForeignDocument(text, 'it')],
    ['parseIndex', (text) => parseIndex(text, 'it')],
    ['parseProducts', (text) => parseProducts(text, 'it')],
  ])('refuses a document in which something is said twice: %s', (_, read) => {
    const refused = expect.objectContaining({
      name: 'BadFormat',
      message: expect.stringContaining('two members named "x"'),
    });
    expect(() => read('{"format": "index:1.0", "x": 1, "x": 2}')).toThrow(refused);
  });
});
