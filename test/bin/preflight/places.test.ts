import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../../../bin/command-line';
import { existingSigner, keyPlace, requireOutside, signerFrom } from '../../../bin/keys/signing-key';
import { folderOf } from '../../../bin/preflight/folders';
import { checkPlaces, placesOf } from '../../../bin/preflight/places';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';

const misuse = (name: string, message: string, hint: string) =>
  expect.objectContaining({ name, message, hint, misuse: true });

describe('where a build keeps what', () => {
  it('is beside the mirror and with the user’s data unless told, by whole paths', () => {
    vi.stubEnv('XDG_DATA_HOME', '/data');
    onTestFinished(() => void vi.unstubAllEnvs());

    expect(placesOf({ mirror: './mirror' })).toEqual({
      mirror: resolve('mirror'),
      work: `${resolve('mirror')}.work`,
      key: '/data/maas-mirror/signing-key.asc',
    });
  });

  it('is where it is told, a key of KMS by its name', () => {
    expect(placesOf({ mirror: '/srv/m', work: 'w', key: 'k.asc' })).toEqual({
      ...{ mirror: '/srv/m', work: resolve('w'), key: resolve('k.asc') },
    });
    expect(placesOf({ mirror: '/srv/m', key: 'kms:alias/mirror' }).key).toBe('kms:alias/mirror');
    expect(placesOf({ mirror: '/srv/m', key: 'secret:arn:x' }).key).toBe('secret:arn:x');
  });

  it.each([
    '/srv/m',
    '/srv/m/work',
    '/srv/m/a/b',
    '/srv/m/..work',
  ])('refuses the work folder %s, in the mirror that is served', (work) => {
    expect(() => placesOf({ mirror: '/srv/m', work, key: '/k' })).toThrow(
      misuse(
        'BadInput',
        `the work folder ${work} would be inside the mirror, which is served`,
        'name a folder outside the mirror with --work',
      ),
    );
  });

  it('refuses a key in the mirror that is served, and takes one beside it', () => {
    expect(() => placesOf({ mirror: '/srv/m', key: '/srv/m/k.asc' })).toThrow(
      misuse(
        'KeyExposed',
        'the private key /srv/m/k.asc would be inside /srv/m, which is served',
        'name a file outside the mirror with --key',
      ),
    );
    expect(() => requireOutside('/srv/m', '/srv/m/..k.asc')).toThrow(expect.objectContaining({ name: 'KeyExposed' }));
    requireOutside('/srv/m', '/srv/k.asc');
    requireOutside('/srv/m', '/srv/mine/k.asc');
    requireOutside(process.cwd(), 'kms:alias/mirror');
  });

  it('refuses a mirror in a folder that does not exist, and one below a file', async () => {
    const folder = temporaryFolder();
    for (const parent of [join(folder, 'none'), __filename]) {
      const places = { mirror: join(parent, 'mirror'), work: join(folder, 'work'), key: join(folder, 'key.asc') };
      await expect(checkPlaces(places, [])).rejects.toEqual(
        misuse(
          'NoSuchDirectory',
          `cannot create ${places.mirror}: ${parent} is not an existing folder`,
          `create ${parent} first, or name another folder with --mirror`,
        ),
      );
    }
  });

  it('refuses a mirror that only another release may change', async () => {
    const folder = temporaryFolder();
    const places = { mirror: join(folder, 'mirror'), work: join(folder, 'work'), key: join(folder, 'key.asc') };
    mkdirSync(places.mirror);
    for (const format of ['{"format":1', '{"format":2,"needs":["later"]']) {
      writeFileSync(join(places.mirror, 'format.json'), `${format},"tool":"cdk-maas-mirror"}`);
      await expect(checkPlaces(places, [])).rejects.toMatchObject({ name: 'NotSupported' });
    }
  });

  it('is looked at, and a new mirror has no signer yet', async () => {
    const folder = temporaryFolder();
    const places = { mirror: join(folder, 'mirror'), work: join(folder, 'work'), key: join(folder, 'key.asc') };
    expect(await checkPlaces(places, [{ view: 'candidate' }])).toEqual({ signer: undefined });
  });
});

describe('a folder that an option names', () => {
  it.each(['http://a.example/m', 's3://bucket', 'S3://bucket', 'a+b.c-1:///x', ''])('refuses %j', (value) => {
    expect(() => folderOf('--mirror', value)).toThrow(
      misuse(
        'BadInput',
        `--mirror ${JSON.stringify(value)} is not a folder of this machine`,
        'give the path of a folder; to build on AWS, use --stack NAME',
      ),
    );
  });

  it('is not shown with its password', () => {
    expect(() => folderOf('--mirror', 'http://u:hu/sh@h/x')).toThrow('--mirror "http://h/x" is not a folder');
    expect(() => folderOf('--mirror', 'http://u:12/hush@h')).toThrow('--mirror "http://h" is not a folder');
  });

  it('refuses to be served from a URL, which it shows without its password', async () => {
    const terminal = keptTerminal();
    expect(await main(['serve', 'http://u:hush@h/x'], terminal)).toBe(2);
    expect(terminal.errLines).toEqual([
      'error: serve "http://h/x" is not a folder of this machine',
      '  give the folder of a mirror; to read a mirror at a URL, use list or verify',
    ]);
  });

  it.each(['m', './s3:/b', '/a://b', ' http://a', '1s3://b'])('may be called %j', (value) => {
    expect(folderOf('--mirror', value)).toBe(resolve(value));
  });
});

describe('a signing key', () => {
  it.each([
    [
      '',
      'no signing key given',
      'give the path of a file, kms:<ARN> or secret:<ARN>; a deployed mirror sets MIRROR_SIGNING_KEY',
    ],
    ['kms:', 'kms: is incomplete: the id of the key is missing', 'use kms:alias/mirror, kms:<id> or kms:<ARN>'],
  ])('refuses to be called %j', async (key, message, hint) => {
    await expect(signerFrom(key)).rejects.toEqual(misuse('BadInput', message, hint));
  });

  it.each([
    'arn:aws:kms:eu-west-1:111122223333:key/1',
    'alias/mirror',
    'KMS:x',
    's3://bucket/key',
    'http://u:hush@h/key',
    'http://u:12/hush@h/key',
    'file:///key',
  ])('refuses to be a new file called %s, and says how to name a key of KMS', (key) => {
    const shown = key.replace(/u:.*@/, '');
    for (const option of ['--key', '--new-key'])
      expect(() => keyPlace(key, option)).toThrow(
        expect.objectContaining({
          ...{ name: 'BadInput', misuse: true, message: `${option} ${shown} is not a file of this machine` },
          hint: expect.stringMatching(/^give the path of a file, kms:ID with .*, or secret:ARN/),
        }),
      );
    expect(keyPlace(`./${key}`)).toBe(resolve(key));
  });

  it('refuses to be made where it has to exist', async () => {
    const key = join(temporaryFolder(), 'key.asc');
    await expect(existingSigner(key)).rejects.toEqual(
      misuse('BadInput', `key file ${key} does not exist`, 'check the path'),
    );
  });

  it('has its whole path, unless it is no file', () => {
    expect(['k', '/k', 'kms:k', 'secret:k'].map((one) => keyPlace(one))).toEqual([
      resolve('k'),
      '/k',
      'kms:k',
      'secret:k',
    ]);
    expect(keyPlace('~/k')).toBe(join(process.cwd(), '~', 'k')); // a shell replaces it, not this
  });
});
