import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MirrorError, withoutFolders, withoutPasswords } from '../lib/errors';

it.each([
  ['an address', 'http://me:s3cret@a.example/x', 'http://a.example/x'],
  ['a user alone', 'https://token-s3cret@a.example', 'https://a.example'],
  ['several in one text', 'of http://me:s3cret@a/x and HTTPS://you:s3cret@b:8080', 'of http://a/x and HTTPS://b:8080'],
  ['the same twice', 'http://u:s3cret@a http://u:s3cret@a', 'http://a http://a'],
  ['an @ in the password that nobody escaped', 'http://me:s3@cret@a/x', 'http://a/x'],
  ['a colon and a question mark in it', 'http://me:s3:cret?#@a/x', 'http://a/x'],
  ['an escaped password', 'http://me:s3%2Fcret%40@a/x', 'http://a/x'],
  ['a slash in it', 'of http://me:s3c/ret@a/x, see me@b', 'of http://a/x, see me@b'],
  ['a slash in it, and a second address behind', 'http://me:s3c/ret@a/x http://u:s3/cr?et@b', 'http://a/x http://b'],
  ['a slash after a port that is none', 'http://me:99999/s3cret@a', 'http://a'],
  ['an address as a password', 'http://me:s3c://ret@a/x', 'http://a/x'],
  ['a slash too many', 'http:///me:s3cret@a/x', 'http://a/x'],
  ['a quote and a comma in it', 'http://me:s3",cret@a/x', 'http://a/x'],
  [
    'JSON of a quote and a slash in it',
    JSON.stringify({ a: 'http://me:s3",c/ret@a', b: 'x@y' }),
    '{"a":"http://a","b":"x@y"}',
  ],
  ['an address in the path of another', 'http://a/http://me:s3c/ret@b/c', 'http://a/http://b/c'],
  ['other schemes', 'socks5h://me:s3cret@a git+ssh://me:s3cret@b/c', 'socks5h://a git+ssh://b/c'],
  ['an address of version 6', 'http://me:s3cret@[::1]:3128/', 'http://[::1]:3128/'],
  [
    'JSON',
    JSON.stringify({ proxy: 'http://me:s3cret@a:3128', places: ['http://b', 'x@y'], archive: 'https://u:s3cret@c/d' }),
    JSON.stringify({ proxy: 'http://a:3128', places: ['http://b', 'x@y'], archive: 'https://c/d' }),
  ],
  [
    'JSON of a text with quotes in it',
    JSON.stringify('Acquire::http::Proxy "http://me:s3cret@a";'),
    JSON.stringify('Acquire::http::Proxy "http://a";'),
  ],
  [
    'a deb822 stanza',
    'Types: deb\nURIs: https://me:s3cret@a.example/ubuntu http://b/\n https://me:s3cret@c/\nSuites: noble\n',
    'Types: deb\nURIs: https://a.example/ubuntu http://b/\n https://c/\nSuites: noble\n',
  ],
  [
    'a line of sources.list',
    'deb [arch=amd64] https://u:s3cret@a/ noble main',
    'deb [arch=amd64] https://a/ noble main',
  ],
  [
    'what apt says of it',
    "E: Failed to fetch http://me:s3cret@a/dists/noble/InRelease  403  Forbidden [IP: 127.0.0.1 80]\nW: 'http://u:s3cret@b noble'",
    "E: Failed to fetch http://a/dists/noble/InRelease  403  Forbidden [IP: 127.0.0.1 80]\nW: 'http://b noble'",
  ],
])('there are no passwords in %s', (_, text, shown) => {
  expect(withoutPasswords(text)).toBe(shown);
});

it('no password is left of any address, whatever is in it', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 3, maxLength: 20 })
    .filter((text) => !/[\t\n\v\f\r ]/.test(text));
  const tricky = fc.string({ unit: fc.constantFrom(...'a:/?#@\\"\',;%[]'), minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.constantFrom('http', 'https', 'HTTP', 'socks5h', 'git+ssh', 'ftp', 's3'),
      fc.stringMatching(/^[\w.~-]{0,8}$/),
      fc.oneof(word, tricky),
      fc.constantFrom('h.example', '10.0.0.2', '[::1]'),
      fc.constantFrom('', ':3128', '/x/y', ':80/?q#f'),
      (scheme, user, password, host, rest) => {
        const address = `${scheme}://${user}:${password}@${host}${rest}`;
        // Nothing tells http://user:80/word@host from an address of the host "user".
        fc.pre(!URL.canParse(address) || new URL(address).hostname === host);
        expect(withoutPasswords(`from ${address} to me@x`)).toBe(`from ${scheme}://${host}${rest} to me@x`);
      },
    ),
    { numRuns: 2000 },
  );
});

it.each([
  'http://a.example/~me@b/c',
  'https://x.example:8443/a@b/',
  'file:///srv/a@b',
  'mail me@a.example of http://a.example',
  'http://a.example me@b.example',
  '{"url":"http://a.example","mail":"me@b.example"}',
  'Maintainer: Me <me@a.example>',
  'git@a.example:b/c',
  'noble',
  '',
])('a text without them is left alone: %s', (text) => {
  expect(withoutPasswords(text)).toBe(text);
});

it('looks for passwords in long texts', () => {
  const text = 'x'.repeat(1_000_000);
  expect(withoutPasswords(`${text} http://user:secret@host/`)).toBe(`${text} http://host/`);
}); // in how little, test/house/readers/linear-readers.test.ts measures

const folder = 'runs/noble-20261130T060000-deadbeef-0123456789abcdef';

it.each([
  ['a key', `${folder}/request.json`, 'runs/noble-20261130T060000-deadbeef-…/request.json'],
  [
    'an address',
    `s3://work/${folder}/amd64/fetch/1 is gone`,
    's3://work/runs/noble-20261130T060000-deadbeef-…/amd64/fetch/1 is gone',
  ],
  [
    'what CodeBuild says of a build',
    `{"Name":"MIRROR_FOLDER","Value":"${folder.slice(5)}"}`,
    '{"Name":"MIRROR_FOLDER","Value":"noble-20261130T060000-deadbeef-…"}',
  ],
  [
    'several',
    `${folder} and ${folder}/x`,
    'runs/noble-20261130T060000-deadbeef-… and runs/noble-20261130T060000-deadbeef-…/x',
  ],
])('an error tells nobody the folder of an execution, in %s', (_, text, shown) => {
  const error = new MirrorError('NoSuchObject', text);

  expect(error.message).toBe(shown);
  expect(error.stack).not.toContain('0123456789abcdef');
});

it('what is no folder of an execution is told as it is, and long texts in no time', () => {
  const text = `runs/young/squashfs, pool/a-0123456789abcdef/b, ${'runs/a-'.repeat(50_000)}`;
  expect(withoutFolders(text)).toBe(text);
});
