import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  archivesDigest,
  inReleaseSha256,
  inReleaseTime,
  quickly,
  readInRelease,
  verifiedNames,
} from '../../../lib/machine/apt/in-release';
import { sha256Of } from '../../../lib/sha256';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { serve } from '../../store/http/answering-server';

async function reading(suite: string, files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await using archive = await serveArchive(folder);
  const text = await readInRelease({ uri: `${archive.url}/`, suite, components: [] });
  return { text, requests: archive.requests };
}

it('reads the InRelease file, or the Release file where there is none', async () => {
  const [inRelease, release] = ['dists/noble/InRelease', 'dists/noble/Release'];
  expect(await reading('noble', { [inRelease]: 'a', [release]: 'b' })).toEqual({
    text: 'a',
    requests: [`/${inRelease}`],
  });
  expect(await reading('noble', { [release]: 'b' })).toEqual({ text: 'b', requests: [`/${inRelease}`, `/${release}`] });
  expect((await reading('noble', {})).text).toBeUndefined();
  expect((await reading('stable/', { 'stable/Release': 'c' })).text).toBe('c');
});

it('takes a suite that is a folder for that folder, and an address for what it is without its last slashes', async () => {
  const read = await reading('stable///', {});
  expect(read.requests).toEqual(['/stable/InRelease', '/stable/Release']);

  const archive = await serve((_, response) => response.end('a'));
  await readInRelease({ uri: `${archive.url}/ubuntu//`, suite: 'noble', components: [] });
  expect(archive.requests.map(({ url }) => url)).toEqual(['/ubuntu/dists/noble/InRelease']);
});

it('asks with the user and the password of a repository', async () => {
  const archive = await serve((_, response) => response.end('a'));
  const repository = { uri: archive.url, suite: 'noble', components: [] };
  const credentials = { user: 'a@b', password: 'c:d/e' };

  await readInRelease({ ...repository, credentials });
  await readInRelease(repository);

  const [first, second] = archive.requests.map(({ headers }) => headers.authorization);
  expect([first, second]).toEqual([`Basic ${Buffer.from('a@b:c:d/e').toString('base64')}`, undefined]);
});

it('has the digest of what an archive has, and none of one that cannot be read here', async () => {
  const repository = { uri: 'file:///srv', suite: 'noble', components: [] };
  expect(await inReleaseSha256(repository)).toBeUndefined();
  const archive = await serve((_, response) => response.writeHead(403).end());
  expect(await inReleaseSha256({ ...repository, uri: archive.url })).toBeUndefined();
  const good = await serve((_, response) => response.end('a'));
  expect(await inReleaseSha256({ ...repository, uri: good.url })).toBe(sha256Of('a'));
});

it('waits for no archive for long, and reads none without end', () => {
  expect(quickly).toEqual({ waits: [200], silenceMs: 20_000, most: 33_554_432 });
});

it('knows which of apt’s files were verified: a Release file only with its signature beside it', () => {
  const names = [
    'a_dists_x_InRelease',
    'b_dists_x_Release',
    'b_dists_x_Release.gpg',
    'c_dists_x_Release',
    'c_Packages',
    'c_Release.gpg',
    'd_InRelease.gpg',
    'lock',
  ];
  expect(verifiedNames(names)).toEqual(['a_dists_x_InRelease', 'b_dists_x_Release']);
});

it('has one digest for the state of archives, whichever comes first and however often', () => {
  const digests = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(digests, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (all, places) => {
      const turned = all.map((one, at) => [places[at] ?? 0, one] as const).sort(([a], [b]) => a - b);
      expect(archivesDigest(turned.map(([, one]) => one))).toBe(archivesDigest([...new Set(all)]));
    }),
  );
  expect(archivesDigest(['a', 'b'])).not.toBe(archivesDigest(['a', 'c']));
  expect(archivesDigest(['b', 'a'])).toBe(sha256Of('a\nb'));
  expect(archivesDigest(['ab'])).not.toBe(archivesDigest(['a', 'b']));
});

it('has none where one could not be read, or there is none', () => {
  expect([archivesDigest(['a', undefined]), archivesDigest([])]).toEqual([undefined, undefined]);
});

it('reads when an archive was written', () => {
  expect(inReleaseTime('Origin: x\nDate: Fri, 20 Nov 2026 04:11:09 UTC\n')).toBe(
    Date.UTC(2026, 10, 20, 4, 11, 9) / 1000,
  );
  expect(inReleaseTime('Date: some day\n')).toBeUndefined();
  expect(inReleaseTime('Origin: x\nValid-Date: Fri, 20 Nov 2026 04:11:09 UTC\n')).toBeUndefined();
  expect(inReleaseTime('Date: Thu, 01 Jan 1970 00:00:01.9 UTC\n')).toBe(1);
});
