import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { HttpStore } from '../../lib/store/http/http';
import { openMirrorDirectory, openStore, openWorkStore } from '../../lib/store/open';
import { S3Store } from '../../lib/store/s3/s3-store';
import { smallObject } from '../fixtures/aws/small-s3/objects';
import { type SmallS3, startSmallS3 } from '../fixtures/aws/small-s3/server';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { keysOf, textOf } from './contract';

describe('opening a mirror directory', () => {
  it.each([
    'missing',
    'empty',
    'a new file system',
    'left by a process that died at once',
  ])('makes one where it is %s', async (state) => {
    const path = join(temporaryFolder(), 'srv/mirror');
    const left: Record<string, string> = { empty: '', 'a new file system': 'lost+found' };
    if (state !== 'missing') mkdirSync(join(path, left[state] ?? '.store/tmp'), { recursive: true });

    const store = await openMirrorDirectory(path, { create: true });

    expect(store.name).toBe(path);
    expect(JSON.parse(readFileSync(join(path, 'format.json'), 'utf8'))).toEqual({
      format: 2,
      needs: ['held', 'history', 'names', 'withdrawn'],
      tool: 'cdk-maas-mirror',
    });
    await openMirrorDirectory(path, { create: true });
    await openMirrorDirectory(path, { create: false });
  });

  it('can be done by several at once', async () => {
    const path = join(temporaryFolder(), 'mirror');
    await Promise.all([1, 2, 3, 4].map(() => openMirrorDirectory(path, { create: true })));
    expect(readdirSync(path).sort()).toEqual(['.store', 'format.json']);
  });

  it('refuses to make one among the files of others', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'thesis.tex'), '');
    for (const create of [true, false]) {
      await expect(openMirrorDirectory(path, { create })).rejects.toMatchObject({
        name: 'ForeignDirectory',
        message: expect.stringContaining(path),
      });
    }
    expect(readdirSync(path)).toEqual(['thesis.tex']);
  });

  it.each([
    '{"format": 1, "tool": "other"}',
    '{"tool": "cdk-maas-mirror"}',
    '{"format": 2, "needs": "all", "tool": "cdk-maas-mirror"}',
    '{"format": 2, "needs": [1], "tool": "cdk-maas-mirror"}',
    '[]',
    'null',
    'no JSON',
  ])('refuses one whose format.json is %s', async (text) => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'format.json'), text);
    await expect(openMirrorDirectory(path, { create: true })).rejects.toMatchObject({
      name: 'ForeignDirectory',
      message: expect.stringContaining(text),
    });
  });

  it('refuses one of a newer tool', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'format.json'), '{"format": 3, "tool": "cdk-maas-mirror"}');
    const refused = { name: 'NotSupported', message: `${path} has format 3; this version supports formats up to 2` };
    await expect(openMirrorDirectory(path, { create: true })).rejects.toMatchObject(refused);
    await expect(openMirrorDirectory(path, { create: false })).rejects.toMatchObject(refused);
  });

  const older = [
    '{"format": 1, "tool": "cdk-maas-mirror"}',
    'has the format of an older release',
    /^run: maas-mirror repair --upgrade --mirror .* \(older releases can then no longer write to it\)$/,
  ] as const;
  const newer = [
    '{"format": 2, "needs": ["doomed", "held", "later"], "tool": "cdk-maas-mirror"}',
    'was changed by a newer release (needs: doomed, later)',
    /^use that release to change it; reading works$/,
  ] as const;
  it.each([older, newer])('refuses to write where format.json is %s, and reads it', async (text, message, hint) => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'format.json'), text);
    const { buckets } = await useSmallS3();
    buckets.get('mirror')?.set('format.json', smallObject(Buffer.from(text)));
    for (const address of [path, 's3://mirror']) {
      const refused = {
        name: 'NotSupported',
        message: `${address} ${message}`,
        hint: expect.stringMatching(hint),
      };
      await expect(openStore(address, { create: true })).rejects.toMatchObject(refused);
      await expect(openStore(address, { writes: true })).rejects.toMatchObject(refused);
      expect((await openStore(address)).name).toBe(address);
      expect((await openStore(address, { create: true, writes: false })).name).toBe(address);
    }
  });

  it('refuses one that is missing or empty where it must be there', async () => {
    const folder = temporaryFolder();
    const missing = join(folder, 'missing');
    await expect(openMirrorDirectory(missing, { create: false })).rejects.toMatchObject({
      name: 'NoSuchDirectory',
      message: expect.stringContaining(missing),
    });
    await expect(openMirrorDirectory(folder, { create: false })).rejects.toMatchObject({
      name: 'ForeignDirectory',
      message: expect.stringContaining('is empty'),
    });
  });

  it('refuses a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      await expect(openMirrorDirectory(path, { create: true })).rejects.toMatchObject({
        name: 'BadInput',
        misuse: true,
      });
      await expect(openWorkStore(path)).rejects.toMatchObject({ name: 'BadInput', misuse: true });
    }
  });
});

describe('opening a store by its address', () => {
  it('takes paths and file URLs for directories', async () => {
    const path = join(temporaryFolder(), 'my mirror');
    await openMirrorDirectory(path, { create: true });
    for (const address of [path, pathToFileURL(path).href]) {
      const store = await openStore(address);
      expect(store).toBeInstanceOf(DirectoryStore);
      expect(store.name).toBe(path);
    }
  });

  it('takes web addresses for mirrors to read', async () => {
    expect(await openStore('HTTP://10.0.0.2:8080/mirror')).toBeInstanceOf(HttpStore);
    expect(await openStore('https://mirror.example/')).toBeInstanceOf(HttpStore);
  });

  it('makes a work store where there is none, among any files', async () => {
    const path = join(temporaryFolder(), 'mirror.work');
    await (await openWorkStore(path)).create('runs/1/a', Buffer.from('a'));
    expect(statSync(path).mode & 0o777).toBe(0o755);
    expect(await textOf(await openWorkStore(path), 'runs/1/a')).toBe('a');
    expect(readdirSync(path).sort()).toEqual(['.store', 'runs']);
  });

  it('takes buckets, whole or in part, through the endpoint that the environment names', async () => {
    await useSmallS3();
    const mirror = await openStore('s3://mirror/images', { create: true });
    expect(mirror).toBeInstanceOf(S3Store);
    expect(mirror.name).toBe('s3://mirror/images');
    expect(await textOf(mirror, 'format.json')).toBe(
      '{"format":2,"needs":["held","history","names","withdrawn"],"tool":"cdk-maas-mirror"}\n',
    );

    await (await openWorkStore('s3://work')).create('runs/1/a', Buffer.from('a'));

    expect(await textOf(await openWorkStore('s3://work/runs/1'), 'a')).toBe('a');
    expect((await openStore('s3://mirror/images/')).name).toBe('s3://mirror/images');
  });

  it('takes a new bucket for a mirror that has nothing yet, and leaves it as it is', async () => {
    const { buckets } = await useSmallS3();
    expect(await keysOf(await openStore('s3://mirror'), '')).toEqual([]);
    expect(buckets.get('mirror')?.size).toBe(0);
  });

  it('refuses a bucket of another format, and one that is not there', async () => {
    const { buckets } = await useSmallS3();
    for (const [text, name] of [
      ['{"format": 3, "tool": "cdk-maas-mirror"}', 'NotSupported'],
      ['{"format": 1, "tool": "other"}', 'ForeignDirectory'],
    ] as const) {
      buckets.get('mirror')?.set('format.json', smallObject(Buffer.from(text)));
      const refused = { name, message: expect.stringContaining('s3://mirror ') };
      await expect(openStore('s3://mirror')).rejects.toMatchObject(refused);
      await expect(openStore('s3://mirror', { create: true })).rejects.toMatchObject(refused);
    }
    await expect(openStore('s3://nobodys')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it.each([
    '',
    'ftp://host/mirror',
    'file://host/mirror',
    's3://',
    's3://My_Bucket',
    's3:///key',
  ])('refuses the address %j', async (address) => {
    const refused = { name: 'BadInput', message: expect.stringContaining(JSON.stringify(address)), misuse: true };
    await expect(openStore(address)).rejects.toMatchObject(refused);
    await expect(openWorkStore(address)).rejects.toMatchObject(refused);
  });
});

/** An S3 that the environment names, until the test is over. */
async function useSmallS3(): Promise<SmallS3> {
  const small = await startSmallS3();
  vi.stubEnv('AWS_ENDPOINT_URL', small.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'small');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'small');
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await small[Symbol.asyncDispose]();
  });
  return small;
}
