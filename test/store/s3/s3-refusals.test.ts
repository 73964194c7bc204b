import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { isPassing } from '../../../lib/store/s3/s3-failure';
import { requireOneRequest } from '../../../lib/store/s3/s3-refusals';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { smallObject } from '../../fixtures/aws/small-s3/objects';
import { type SmallS3, type SmallS3Options, startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { sha256Of, textOf } from '../contract';
import { closedServer } from '../http/answering-server';

async function start(options: SmallS3Options = {}): Promise<SmallS3> {
  const small = await startSmallS3(options);
  onTestFinished(() => small[Symbol.asyncDispose]());
  return small;
}

describe('what S3 refuses', () => {
  it.each([
    [
      [403, 'AccessDenied'],
      'AccessDenied',
      's3://mirror/a: AWS denied s3:PutObject: 403 AccessDenied',
      /allow s3:PutObject/,
    ],
    [[403, 'InvalidAccessKeyId'], 'NoCredentials', 'no valid AWS credentials: 403 InvalidAccessKeyId', /AWS_PROFILE/],
    [[403, 'SignatureDoesNotMatch'], 'NoCredentials', '403 SignatureDoesNotMatch', /AWS_PROFILE/],
    [[400, 'ExpiredToken'], 'NoCredentials', '400 ExpiredToken', /aws sso login/],
    [[400, 'AuthorizationHeaderMalformed'], 'WrongRegion', 'in another AWS region', /AWS_REGION/],
    [[404, 'NoSuchBucket'], 'NoSuchBucket', 's3://mirror/a: the bucket does not exist', /stack/],
    [[400, 'EntityTooLarge'], 'StoreFailed', 's3:PutObject failed: 400 EntityTooLarge', /./],
  ] as const)('refuses with our own words for %j', async ([status, code], name, message, hint) => {
    const small = await start({ faultOf: () => ({ answer: [status, code] }) });
    const store = new S3Store('s3://mirror', { client: small.client, waits: [0] });

    await expect(store.create('a', Buffer.from('a'))).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      hint: expect.stringMatching(hint),
    });
    expect(small.requests).toHaveLength(1); // nothing that would pass
  });

  it('refuses a bucket of another region, and names it', async () => {
    const small = await start({ buckets: { mirror: 'eu-west-1' } });
    const store = new S3Store('s3://mirror', { client: small.client });
    const works = [() => store.read('a'), () => store.head('a'), () => store.create('a', Buffer.from('a'))];
    for (const work of works) {
      await expect(work()).rejects.toMatchObject({
        name: 'WrongRegion',
        message: expect.stringContaining('the bucket is in the region eu-west-1'),
      });
    }
  });

  it('refuses to tell missing from forbidden, where S3 does not', async () => {
    const small = await start({ mayNotList: true });
    const store = new S3Store('s3://work', { client: small.client });
    await store.create('runs/1/a', Buffer.from('a'));
    await store.create('runs/1/a', Buffer.from('a')); // whoever may only read and write there can do this
    await expect(store.create('runs/1/a', Buffer.from('b'))).rejects.toMatchObject({ name: 'ObjectExists' });

    const file = join(temporaryFolder(), 'b');
    for (const work of [() => store.read('b'), () => store.head('b'), () => store.readTo('b', file)]) {
      await expect(work()).rejects.toMatchObject({
        name: 'AccessDenied',
        hint: expect.stringContaining('for a missing object'),
      });
    }
  });

  it('refuses to work where nobody answers, and says why', async () => {
    const store = new S3Store('s3://mirror', {
      client: { ...(await start()).client, endpoint: await closedServer() },
      waits: [0],
    });
    await expect(store.read('a')).rejects.toMatchObject({
      name: 'StoreFailed',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    's3://',
    's3://UPPER',
    's3://a',
    's3:/bucket',
    'bucket',
    's3://bucket/../other',
  ])('refuses the address %j', (address) => {
    expect(() => new S3Store(address)).toThrow(expect.objectContaining({ name: 'BadInput' }));
  });

  it('refuses what S3 does not take in one request', () => {
    requireOneRequest('s3://mirror/a', 5 * 1024 ** 3);
    expect(() => requireOneRequest('s3://mirror/a', 5 * 1024 ** 3 + 1)).toThrow(
      expect.objectContaining({ name: 'NotSupported', message: expect.stringContaining('5368709121 bytes') }),
    );
  });
});

describe('a machine without settings of AWS', () => {
  afterEach(() => vi.unstubAllEnvs());

  function forget(): void {
    const mine = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
    for (const name of mine) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('HOME', temporaryFolder());
  }

  it('refuses without credentials, at once', async () => {
    forget();
    vi.stubEnv('AWS_REGION', 'us-east-1');
    await expect(new S3Store('s3://mirror', { waits: [3_600_000] }).read('a')).rejects.toMatchObject({
      name: 'NoCredentials',
      message: expect.stringMatching(/^s3:\/\/mirror\/a: no valid AWS credentials/),
      hint: expect.stringContaining('AWS_PROFILE'),
    });
  });

  it('refuses a profile that is none by its name', async () => {
    forget();
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_PROFILE', 'nope');
    await expect(new S3Store('s3://mirror', { waits: [3_600_000] }).read('a')).rejects.toMatchObject({
      name: 'NoCredentials',
      message: expect.stringContaining('no valid AWS credentials (AWS_PROFILE=nope): '),
    });
  });

  it('refuses without a region, at once', async () => {
    forget();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'small');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'small');
    await expect(new S3Store('s3://mirror', { waits: [3_600_000] }).read('a')).rejects.toMatchObject({
      name: 'WrongRegion',
      message: 's3://mirror/a: no AWS region is set',
    });
  });
});

describe('objects in S3', () => {
  it('say how long they may be kept, and what they are', async () => {
    const small = await start();
    const [mirror, work] = storesIn(small);
    await mirror.create('pool/a', Buffer.from('a'), { contentType: 'application/json' });
    await mirror.replace('index', Buffer.from('a'), {});
    await mirror.replace('keyring.gpg', Buffer.from('a'), { cacheControl: 'public, max-age=5' });
    await work.create('runs/a', Buffer.from('a'), { contentType: 'text/plain' });
    await mirror.adopt('pool/b', work, 'runs/a', { sha256: sha256Of('a') });

    const headersOf = (key: string) => Object.values(small.buckets.get('mirror')?.get(key)?.headers ?? {});
    expect(headersOf('pool/a')).toEqual(['application/json', 'public, max-age=31536000, immutable']);
    expect(headersOf('index')).toEqual(['application/octet-stream', 'public, max-age=60']);
    expect(headersOf('keyring.gpg')).toEqual(['application/octet-stream', 'public, max-age=5']);
    expect(headersOf('pool/b')).toEqual(['application/octet-stream', 'public, max-age=31536000, immutable']);
  });

  it('go up with their SHA-256 and their conditions, and are copied inside S3', async () => {
    const small = await start();
    const [mirror, work] = storesIn(small, '/x y');
    await work.create('runs/a+b', Buffer.from('a'));
    const { tag } = await mirror.replace('index', Buffer.from('1'), { ifMatch: null });
    await mirror.replace('index', Buffer.from('2'), { ifMatch: tag });
    await mirror.adopt('pool/a', work, 'runs/a+b', { sha256: sha256Of('a') });

    const writes = small.requests.filter(({ action }) => ['PutObject', 'CopyObject'].includes(action));
    const base64 = (text: string) => Buffer.from(sha256Of(text), 'hex').toString('base64');
    expect(writes.map(({ headers }) => headers)).toMatchObject([
      { 'if-none-match': '*', 'x-amz-checksum-sha256': base64('a') },
      { 'if-none-match': '*', 'x-amz-checksum-sha256': base64('1') },
      { 'if-match': tag, 'x-amz-checksum-sha256': base64('2') },
      {
        'if-none-match': '*',
        'x-amz-copy-source': 'work/x%20y/runs/a%2Bb',
        'x-amz-copy-source-if-match': expect.stringMatching(/^"[0-9a-f]{32}"$/),
        'x-amz-checksum-algorithm': 'SHA256',
      },
    ]);
  });

  it('are asked for with the digest that S3 has of them', async () => {
    const small = await start();
    await new S3Store('s3://mirror', { client: small.client }).head('a');

    expect(small.requests.map(({ headers }) => headers['x-amz-checksum-mode'])).toEqual(['ENABLED']);
  });

  it('have the digest of their bytes where another tool wrote none, or one of parts', async () => {
    const small = await start();
    const store = new S3Store('s3://mirror', { client: small.client });
    small.buckets.get('mirror')?.set('none', smallObject(Buffer.from('image')));
    small.buckets.get('mirror')?.set('parts', smallObject(Buffer.from('image'), `${'A'.repeat(43)}=-2`));
    for (const key of ['none', 'parts']) {
      expect(await store.head(key)).toEqual({ key, size: 5, sha256: sha256Of('image') });
    }
    await store.create('none', Buffer.from('image'));
    await store.readTo('none', join(temporaryFolder(), 'none'));
    expect(await textOf(store, 'none')).toBe('image');
  });

  it('are taken from a directory, too, checked on the way', async () => {
    const [mirror] = storesIn(await start());
    const folder = new DirectoryStore(temporaryFolder());
    await folder.create('runs/a', Buffer.from('a'));

    expect(await mirror.adopt('pool/a', folder, 'runs/a', { sha256: sha256Of('a') })).toMatchObject({ size: 1 });

    expect(await textOf(mirror, 'pool/a')).toBe('a');
    await expect(mirror.adopt('pool/b', folder, 'runs/a', { sha256: sha256Of('b') })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
    });
    await expect(mirror.adopt('pool/b', folder, 'runs/b', { sha256: sha256Of('b') })).rejects.toMatchObject({
      name: 'NoSuchObject',
    });
  });

  it('are found by a copy of the same, which then is not made again', async () => {
    const small = await start();
    const [mirror, work] = storesIn(small);
    await work.create('runs/a', Buffer.from('a'));
    const first = await mirror.adopt('pool/a', work, 'runs/a', { sha256: sha256Of('a') });
    expect(await mirror.adopt('pool/a', work, 'runs/a', { sha256: sha256Of('a') })).toEqual(first);
    expect(small.requests.filter(({ action }) => action === 'CopyObject')).toHaveLength(1);
  });
});

function storesIn({ client }: SmallS3, folder = ''): [mirror: S3Store, work: S3Store] {
  return [new S3Store(`s3://mirror${folder}`, { client }), new S3Store(`s3://work${folder}`, { client })];
}

it('an answer that is no answer is asked for again, with whatever status it came', () => {
  const torn = Object.assign(new SyntaxError('Unclosed tag'), { $metadata: { httpStatusCode: 200 } });
  expect(isPassing(torn)).toBe(true);
});
