import { expect, it } from 'vitest';
import { checkFolder, checkKey, checkPrefix } from '../../lib/store/key';

const refusedAs = (key: string, hint: string) =>
  expect.objectContaining({
    ...{ name: 'BadInput', message: `${JSON.stringify(key)} is not a valid object key`, hint },
  });

it.each([
  ...['a', 'pool/noble/amd64/20261120/squashfs', '...', 'a..b', '.stores', '.storeX/a', 'a/.store', ' ', 'ä'],
])('%j is a key, and a prefix', (key) => {
  checkKey(key);
  checkPrefix(key);
});

it.each([
  ...['', '/', '/a', 'a/', 'a//b', '.', '..', './a', 'a/..', 'a/./b', 'a/../b', 'a\0b', '.store', '.store/tmp/1'],
])('refuses the key %j', (key) => {
  expect(() => checkKey(key)).toThrow(
    refusedAs(
      key,
      'use a key such as pool/noble/amd64/20261120/squashfs, without empty, "." or ".." parts, not below .store',
    ),
  );
});

it.each(['', 'pool/', 'pool/no', 'a/b/', '.stores/'])('%j is a prefix', (prefix) => {
  checkPrefix(prefix);
});

it.each([
  '/',
  '/a',
  'a//',
  'a//b',
  './',
  '../',
  '..',
  '.',
  'a/..',
  'a/../b',
  'a\0',
  '.store',
  '.store/',
])('refuses the prefix %j', (prefix) => {
  expect(() => checkPrefix(prefix)).toThrow(
    refusedAs(prefix, 'use a prefix such as pool/noble/, without empty, "." or ".." parts, not below .store'),
  );
});

it('a folder is a prefix that ends in a slash, or the whole store', () => {
  for (const prefix of ['', 'pool/', 'a/b/']) checkFolder(prefix);
  expect(() => checkFolder('pool')).toThrow(refusedAs('pool', 'use a folder such as pool/noble/, which ends in /'));
  expect(() => checkFolder('../')).toThrow(expect.objectContaining({ name: 'BadInput' }));
});
