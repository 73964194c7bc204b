import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { networkOf, searchOf } from '../../../lib/stages/sources/search';
import { withCredentials } from '../../../lib/stages/sources/source-credentials';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const benchOf = (fields: object) => ({
  request: BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields }),
  ...{ job: { architecture: 'arm64' }, scratch: temporaryFolder(), tools: '/bundle' },
});

it('an image is looked for in Ubuntu’s daily stream, by the keyring of the bundle, unless told otherwise', async () => {
  const bench = benchOf({});

  expect(await searchOf(bench)).toStrictEqual({
    ...{ stream: 'https://cloud-images.ubuntu.com/daily/', network: {}, scratch: bench.scratch },
    keyring: '/bundle/keyrings/ubuntu-cloudimage-keyring.gpg',
    ...{ release: 'noble', version: '24.04', architecture: 'arm64' },
  });
});

it('an image is looked for where the order says, by its keyring, serial, proxy and certificates', async () => {
  const ca = '-----BEGIN CERTIFICATE-----\nof this test\n-----END CERTIFICATE-----';
  const network = { proxy: 'http://proxy.example:3128', ca };
  const sources = { stream: 'https://mirror.example/', streamKeyringData: Buffer.from('a keyring').toString('base64') };
  const bench = benchOf({ serial: '20261120', sources: { ...sources, proxy: network.proxy, caData: ca } });
  const verify = async () => Buffer.from('');

  const search = await searchOf({ ...bench, verify });

  const keyring = join(bench.scratch, 'given-stream-keyring.gpg');
  expect(search).toMatchObject({ stream: 'https://mirror.example/', keyring, network, serial: '20261120', verify });
  expect(readFileSync(keyring, 'utf8')).toBe('a keyring');
});

it('a network has nothing of its own unless told', () => {
  expect(networkOf(BuildRequest.parse({ release: 'noble', architectures: ['amd64'] }).sources)).toStrictEqual({});
});

it('a source is reached by what its name of credentials stands for, or by those of its address', async () => {
  const secretOf = async (name: string) => `ann:${name}`;

  expect(
    await withCredentials(
      [
        { uri: 'https://one.example/', credentials: 'hush' },
        { uri: 'https://bob:quiet@other.example/' },
        { uri: 'https://open.example/' },
      ],
      secretOf,
    ),
  ).toEqual([
    { uri: 'https://one.example/', credentials: { user: 'ann', password: 'hush' } },
    { uri: 'https://other.example/', credentials: { user: 'bob', password: 'quiet' } },
    { uri: 'https://open.example/' },
  ]);
});

it('refuses credentials by name where nobody knows what they stand for', async () => {
  await expect(withCredentials([{ uri: 'https://one.example/', credentials: 'hush' }])).rejects.toMatchObject({
    name: 'NotSupported',
    message: 'the credentials hush cannot be read here',
    hint: 'start stages through the state machine, which says where credentials are stored',
  });
});
