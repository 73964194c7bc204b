import { describe, expect, it } from 'vitest';
import { isAmbiguous, shownAddress, shownText } from '../lib/given-address';

describe('an address that a person gives', () => {
  it.each([
    'http://u:12/34@a.example',
    'https://u:/pass@a.example/x',
    'http://u:1?2@a.example',
    'HTTP://u:p@b/c@a',
    'http://john.doe:12/hush@a.example',
    'https://a.example:8443/a@b/',
    'http://u:p@ss.1/hush@a.example',
    'http://u:p@a.example/@b',
    'http://localhost.example:12/hush@a.example',
    'http://u:12\\hush@a.example',
    'http:\\\\u:12/hush@a.example',
    'http:/u:12/hush@a.example',
    'http:u:12#hush@a.example',
    ' ht\ttp://u:12/hu\nsh@a.example',
  ])('may have its host in its password: %s', (address) => expect(isAmbiguous(address)).toBe(true));

  it.each([
    'http://a.example/ubuntu',
    'http://u:p@a.example/x%40y',
    'https://u:p@ss@a.example/',
    'file:///srv/a@b',
    'https://a.example:8443/a%40b/',
    'http://mirror/a@b',
    'http://a.example/x:y@b',
    'http://u:p@localhost/a@b',
    'http://localhost:80/a@b',
    'http://[::1]:80/a@b',
  ])('names its host: %s', (address) => expect(isAmbiguous(address)).toBe(false));

  it.each([
    ['http://u:hush@a.example/x', 'http://a.example/x'],
    ['http://u:hu/s@h h@a.example', 'http://a.example'],
    ['u:hush@a.example:3128', 'a.example:3128'],
    ['//u:hush@a.example', 'a.example'],
    ['http:/u:hush@a.example', 'a.example'],
    ['http:\\\\u:hu\nsh@a.example', 'a.example'],
    ['URIs: http://u:hu sh@a.example/x', 'URIs: http://a.example/x'],
    ['u:hush@http://a.example', 'http://a.example'],
    ['http://a.example/x', 'http://a.example/x'],
  ])('is shown without its password: %j', (address, shown) => expect(shownAddress(address)).toBe(shown));
});

describe('a text that may be an address', () => {
  it.each([
    ['http://u:hu\nsh@a.example', 'http://a.example'],
    ['u:hush@a.example', 'a.example'],
    ['me@a.example', 'me@a.example'],
    ['a@b:1', 'a@b:1'],
    [
      'Types: deb\nURIs: https://u:hush hush@a.example\n  https://b.example\nSuites: noble\n',
      'Types: deb\nURIs: https://a.example\n  https://b.example\nSuites: noble\n',
    ],
    ['Types: deb\nURIs:\n https://u:hu\n\tsh@a.example\nSuites: a@b', 'Types: deb\nURIs:\n https://a.example\nb'],
  ])('is shown without its password: %j', (text, shown) => expect(shownText(text)).toBe(shown));
});
