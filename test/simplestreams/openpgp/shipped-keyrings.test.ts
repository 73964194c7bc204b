import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keysOf } from '../../../lib/simplestreams/openpgp/keyring';

const fingerprintsOf = async (name: string) => {
  const keys = await keysOf(readFileSync(join(__dirname, '../../../buildspecs/keyrings', name)));
  expect(keys.filter(({ secret }) => secret)).toEqual([]);
  return keys.map(({ fingerprint }) => fingerprint).sort();
};

it('ships the keys of Ubuntu’s cloud images and no others', async () => {
  expect(await fingerprintsOf('ubuntu-cloudimage-keyring.gpg')).toEqual([
    '4A3CE3CD565D7EB5C810E2B97FF3F408476CF100',
    'D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81',
  ]);
});

it('ships the keys of Ubuntu’s archive, and with them that of its CD images', async () => {
  expect(await fingerprintsOf('ubuntu-archive-keyring.gpg')).toEqual([
    '790BC7277767219C42C86F933B4FE6ACC0B21F32',
    '843938DF228D22F7B3742BC0D94AA3F0EFE21092', // signs CD images
    'F6ECB3762474EDA9D21B7022871920D1991BC93C',
  ]);
});
