import { describe, expect, it } from 'vitest';
import { isAmbiguous, shownAddress } from '../lib/given-address';

describe('an address that a person gives', () => {
  it.each([
    'http://u:12/34@a.example',
    'https://u:/pass@a.example/x',
    'http://u:1?2@a.example',
    'HTTP://u:p@b/c@a',
  ])('may have its host in its password: %s', (address) => expect(isAmbiguous(address)).toBe(true));

  it.each([
    'http://a.example/ubuntu',
    'http://u:p@a.example/x%40y',
    'https://u:p@ss@a.example/',
    'file:///srv/a@b',
    'https://a.example:8443/a@b/',
    'http://u:p@a.example/@b',
    'http://mirror/a@b',
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
