import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HttpStore } from '../../../lib/store/http/http';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keysOf } from '../contract';
import { closedServer, serve } from './answering-server';

const again = 'the connection failed; run the command again';

it.each<[number, string, string]>([
  [401, 'returned 401 Unauthorized', 'put user name and password into the address: https://USER:PASSWORD@…'],
  [
    403,
    'returned 403 Forbidden',
    'the server denies access; it must serve the mirror, and return 404 for missing files',
  ],
  [500, 'returned 500 Internal Server Error', 'ask the operator of that server'],
  [302, 'returned 302 Found', 'ask the operator of that server'],
])('refuses the answer %i, and says what to do', async (status, message, hint) => {
  const { url } = await serve((_, response) => response.writeHead(status).end('page'));

  await expect(new HttpStore(url).read('a')).rejects.toMatchObject({
    ...{ name: 'DownloadFailed', message: `${url}/a ${message}`, hint, misuse: false },
  });
});

it('refuses an answer without words, and shows no blank after its number', async () => {
  const { url } = await serve((_, response) => {
    response.statusMessage = ' ';
    response.writeHead(500).end();
  });

  await expect(new HttpStore(url).read('a')).rejects.toMatchObject({ message: `${url}/a returned 500` });
});

it('refuses fewer bytes than were promised, also where none come', async () => {
  const { url } = await serve((_, response) => response.writeHead(204, { 'Content-Length': '5' }).end());

  await expect(new HttpStore(url).read('a')).rejects.toMatchObject({
    ...{ name: 'DownloadFailed', message: `${url}/a sent 0 of 5 bytes`, hint: again },
  });
});

it('refuses what is packed, what is too long, and what is not there, and says what to do', async () => {
  const { url } = await serve(({ url: path }, response) => {
    if (path === '/packed') response.writeHead(200, { 'Content-Encoding': 'gzip' });
    else if (path !== '/long') response.writeHead(404);
    response.end('123456');
  });
  const store = new HttpStore(url, { most: 5, mostOfIndex: 6 });

  await expect(store.read('packed')).rejects.toMatchObject({
    hint: 'turn off compression in the web server: sizes and digests are those of the uncompressed files',
  });
  await expect(store.read('long')).rejects.toMatchObject({
    ...{
      message: `${url}/long is longer than 5 bytes`,
      hint: 'documents of a mirror are never that long; check the address',
    },
  });
  await expect(store.readTo('gone', join(temporaryFolder(), 'gone'))).rejects.toMatchObject({
    ...{
      message: `${url}/gone does not exist (404)`,
      hint: 'run `maas-mirror verify` to list everything that is missing',
    },
  });
  expect(await new HttpStore(url, { most: 6 }).read('long')).toMatchObject({ bytes: Buffer.from('123456') });
});

it.each([
  ['index.json', 6],
  ['a/index.sjson', 6],
  ['keyring.gpg', 6],
  ['a/keyring.gpg', 6],
  ['myindex.json', 5],
  ['index.sjson/a', 5],
  ['index.yjson', 5],
  ['keyring.gpg.asc', 5],
])('takes of %s at most %i bytes, where documents have 5 and indexes 6', async (key, most) => {
  const { url } = await serve((_, response) => response.end('1'.repeat(7)));

  await expect(new HttpStore(url, { most: 5, mostOfIndex: 6 }).read(key)).rejects.toThrow(`longer than ${most} bytes`);
});

it('refuses a server that is not there, and says what to look at', async () => {
  const url = await closedServer();

  await expect(new HttpStore(url).read('a')).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`^${url}/a cannot be read: .*ECONNREFUSED`)),
    hint: 'check that the server is running and that its name and port are right',
    cause: expect.any(Error),
  });
});

it('refuses a server that falls silent, and says to try again', async () => {
  const { url } = await serve(() => undefined);

  await expect(new HttpStore(url, { silenceMs: 20 }).read('a')).rejects.toMatchObject({ hint: again });
});

it('refuses to change anything, saying what was wanted and where to do it', async () => {
  const store = new HttpStore('http://127.0.0.1:1/mirror///');
  const refused = (verb: string, what: string) => ({
    ...{ name: 'NotSupported', misuse: true, hint: 'give the folder that the server serves' },
    message: `http://127.0.0.1:1/mirror/ is read-only (HTTP): cannot ${verb} "${what}"`,
  });

  await expect(keysOf(store, 'pool/')).rejects.toMatchObject(refused('list', 'pool/'));
  for (const verb of ['create', 'replace', 'adopt'] as const) {
    await expect(store[verb]('a')).rejects.toMatchObject(refused('write', 'a'));
  }
  await expect(store.remove('a')).rejects.toMatchObject(refused('remove', 'a'));
  await expect(store.expose('candidate', 'noble')).rejects.toMatchObject(refused('write', 'candidate/noble'));
});

it('refuses an address that may have its host in its password, which it does not show', () => {
  expect(() => new HttpStore('http://u:12/hush@a.example/')).toThrow(
    expect.objectContaining({
      message:
        'http://a.example/ may have part of a password as its host: write /, ? and # in a password as %2F, %3F and %23, and @ in a path as %40',
    }),
  );
});

it('refuses an address that is none, with one as it should be', () => {
  expect(() => new HttpStore('ftp://a/b')).toThrow(
    expect.objectContaining({
      ...{ message: 'ftp://a/b is not an http or https URL', hint: 'give a URL such as http://10.0.0.2:8080/' },
    }),
  );
});

it.each([
  ['user:secret@', 'Basic dXNlcjpzZWNyZXQ='],
  ['user@', 'Basic dXNlcjo='],
  [':secret@', 'Basic OnNlY3JldA=='],
  ['', undefined],
])('sends of %j what is there', async (words, authorization) => {
  const { url, requests } = await serve((_, response) => response.end());
  await new HttpStore(url.replace('//', `//${words}`)).read('a');

  expect(requests[0]?.headers.authorization).toBe(authorization);
});
