import { expect, test } from 'vitest';
import { addressOrView } from '../../../bin/operation/address-or-view';

const folders = ['mirror', 'images', '/srv/images'];
const isFolder = (path: string) => folders.includes(path);

test.each([
  ['http://host/candidate/', { address: 'http://host/candidate/' }],
  ['s3://bucket', { address: 's3://bucket' }],
  ['file:///srv/images', { address: 'file:///srv/images' }],
  ['.', { address: '.' }],
  ['..', { address: '..' }],
  ['./mirror', { address: './mirror' }],
  ['mirror/candidate', { address: 'mirror/candidate' }],
  ['/srv/gone', { address: '/srv/gone' }],
  ['mirror', { address: 'mirror' }],
  ['candidate', { view: 'candidate' }],
  ['snapshots/2026-11', { view: 'snapshots/2026-11' }],
  ['snapshots/../x', { address: 'snapshots/../x' }],
  ['snapshots/', { address: 'snapshots/' }],
])('takes %s for %j', (word, meant) => {
  expect(addressOrView(word, false, isFolder)).toEqual(meant);
});

test.each(['mirror', 'candidate', 'snapshots/2026-11'])('takes %s for a view if an option names the mirror', (word) => {
  expect(addressOrView(word, true, isFolder)).toEqual({ view: word });
});
