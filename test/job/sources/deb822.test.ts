import { describe, expect, it } from 'vitest';
import { paragraphsOf } from '../../../lib/job/sources/deb822';

const fieldsOf = (text: string) => paragraphsOf(text).map(({ fields }) => Object.fromEntries(fields));

describe('the paragraphs of a deb822 file', () => {
  it('join lines that go on, a lone dot being an empty one', () => {
    expect(fieldsOf('Key: first\n second\n .\n\tthird \nNext: x\n')).toEqual([
      { key: 'first\nsecond\n\nthird', next: 'x' },
    ]);
  });

  it('are told apart by empty lines, not by blank ones, which go on with the value', () => {
    expect(fieldsOf('A: 1\n \t \n more\n\nB: 2\n')).toEqual([{ a: '1\n\nmore' }, { b: '2' }]);
  });

  it('are those that hold more than comments', () => {
    expect(fieldsOf('# one\n\n#two\nA: 1\n# of A\n goes on\n\n\n')).toEqual([{ a: '1\ngoes on' }]);
  });

  it('end their lines as Unix or Windows does', () => {
    expect(fieldsOf('A: 1\r\n 2\r\n\r\nB: 3\r\r\n')).toEqual([{ a: '1\n2' }, { b: '3' }]);
  });

  it('take the last of two fields with one name, whatever its case', () => {
    expect(fieldsOf('Suite: a\nSUITE : b\n')).toEqual([{ suite: 'b' }]);
  });

  it.each([
    ['a value without a field', ' value\nA: 1\n', ' value', {}],
    ['a line without a colon', 'A: 1 \nodd\nB: 2\n', 'odd', { a: '1' }],
    ['a field without a name', 'A: 1\n: x\n', ': x', { a: '1' }],
    ['a name with a blank in it', 'A: 1\ntwo words: x\n', 'two words: x', { a: '1' }],
  ])('name %s as what is odd, and stop there', (_, text, odd, fields) => {
    const [paragraph] = paragraphsOf(text);

    expect(paragraph?.odd).toBe(odd);
    expect(Object.fromEntries(paragraph?.fields ?? [])).toEqual(fields);
  });

  it('pass over blanks before the first field', () => {
    const [paragraph] = paragraphsOf(' \nA: 1\n');

    expect(paragraph).toEqual({ text: ' \nA: 1\n', fields: new Map([['a', '1']]) });
  });
});
