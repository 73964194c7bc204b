import { expect, it } from 'vitest';
import { bytesOf, parseGeneration, supersededBytes } from '../../../lib/store/directory/generation-file';
import { sha256Of } from '../contract';

const text = (bytes: Buffer) => bytes.toString('latin1');
const sha256 = sha256Of('one\n');

it('a generation is its digest in a line, then its bytes', () => {
  const file = bytesOf(Buffer.from('one\n'));

  expect(text(file)).toBe(`${sha256}\none\n`);
  expect(parseGeneration(file)).toEqual({ bytes: Buffer.from('one\n'), sha256, isWhole: true });
  expect(parseGeneration(bytesOf(Buffer.alloc(0)))).toMatchObject({ sha256: sha256Of(''), isWhole: true });
});

it('a superseded one has its first line only, and is not whole', () => {
  const superseded = supersededBytes(parseGeneration(bytesOf(Buffer.from('one\n'))));

  expect(text(superseded)).toBe(`${sha256}\n`);
  expect(parseGeneration(superseded)).toMatchObject({ sha256, isWhole: false });
});

it('one that removed the object says so, superseded too', () => {
  const removed = { bytes: undefined, sha256: undefined, isWhole: true };

  expect(text(bytesOf(undefined))).toBe('removed\n');
  expect(parseGeneration(Buffer.from('removed\n'))).toEqual(removed);
  expect(text(supersededBytes(removed))).toBe('removed\n');
});

it.each([
  `${sha256}\none`,
  `${sha256}x\none\n`,
  `${sha256}one\n`,
  'removed',
  '',
  `\n${sha256}`,
])('one that is damaged is not whole: %j', (file) => {
  expect(parseGeneration(Buffer.from(file)).isWhole).toBe(false);
});
