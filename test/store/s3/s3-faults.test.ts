import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { S3BucketOptions } from '../../../lib/store/s3/s3';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { smallObject } from '../../fixtures/aws/small-s3/objects';
import type { Asked } from '../../fixtures/aws/small-s3/request';
import { type Fault, type FaultOf, type SmallS3, startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keysOf, sha256Of, textOf } from '../contract';
import '../../fixtures/needs-seconds';

interface Place {
  readonly s3: SmallS3;
  readonly mirror: S3Store;
  readonly work: S3Store;
}

/** Two buckets with an object each, at a place where things go wrong only from then on. */
async function place(faultOf: FaultOf, options: S3BucketOptions = {}): Promise<Place> {
  let isReady = false;
  let before = 0;
  const s3 = await startSmallS3({
    pageSize: 2,
    faultOf: (asked, n) => (isReady ? faultOf(asked, n - before) : undefined),
  });
  onTestFinished(() => s3[Symbol.asyncDispose]());
  const settings = { client: s3.client, waits: [0, 0, 0], ...options };
  const [mirror, work] = [new S3Store('s3://mirror', settings), new S3Store('s3://work', settings)];
  await mirror.replace('index', Buffer.from('first'), {});
  await work.create('runs/1/kernel', Buffer.from('kernel'));
  isReady = true;
  before = s3.requests.length;
  return { s3, mirror, work };
}

const passing: Record<string, Fault & { readonly only?: readonly Asked['action'][] }> = {
  'a 500': { answer: [500, 'InternalError'] },
  'a 500 after it is done': { answer: [500, 'InternalError'], isDone: true },
  'a 503 that asks to slow down': { answer: [503, 'SlowDown'] },
  'a 400 for a request that took too long': { answer: [400, 'RequestTimeout'], only: ['PutObject'] },
  'a reset': {},
  'a reset after it is done': { isDone: true },
  'an answer that is cut': { cutAt: 1, only: ['GetObject', 'ListObjectsV2'] },
  'a conflict': { answer: [409, 'ConditionalRequestConflict'], only: ['PutObject', 'CopyObject'] },
  'an error in a 200': { answer: [500, 'InternalError'], in200: true, only: ['CopyObject'] },
  'an error in a 200 after it is done': {
    answer: [500, 'InternalError'],
    in200: true,
    isDone: true,
    only: ['CopyObject'],
  },
};

const calls: Record<string, (place: Place) => Promise<unknown>> = {
  head: ({ mirror }) => mirror.head('index'),
  'head of nothing': ({ mirror }) => mirror.head('nothing'),
  read: ({ mirror }) => mirror.read('index'),
  readTo: async ({ work }) => {
    const file = join(temporaryFolder(), 'kernel');
    await work.readTo('runs/1/kernel', file);
    return readFileSync(file, 'utf8');
  },
  list: async ({ mirror }) => {
    for (const key of ['a', 'b', 'c']) await mirror.create(key, Buffer.from(key));
    return keysOf(mirror, '');
  },
  create: ({ mirror }) => mirror.create('pool/new', Buffer.from('new'), { sha256: sha256Of('new') }),
  'create from a file': ({ mirror }) => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, Buffer.alloc(3_000_000, 'image'));
    return mirror.create('pool/file', { file });
  },
  'create where others were first': ({ mirror }) =>
    mirror.create('index', Buffer.from('other')).catch(({ name, message }: Error) => ({ name, message })),
  'replace by a tag': async ({ mirror }) =>
    mirror.replace('index', Buffer.from('second'), { ifMatch: (await mirror.read('index'))?.tag ?? null }),
  'replace nothing': ({ mirror }) => mirror.replace('new', Buffer.from('one'), { ifMatch: null }),
  'replace by an old tag': ({ mirror }) =>
    mirror
      .replace('index', Buffer.from('late'), { ifMatch: '"old"' })
      .catch(({ name, message }: Error) => ({ name, message })),
  'replace whatever it is': ({ mirror }) => mirror.replace('index', Buffer.from('any'), {}),
  adopt: ({ mirror, work }) => mirror.adopt('pool/k', work, 'runs/1/kernel', { sha256: sha256Of('kernel') }),
  remove: ({ mirror }) => mirror.remove('index'),
};

describe('a store in S3 where one request goes wrong', () => {
  describe.each(Object.entries(passing))('with %s', (_, { only, ...fault }) => {
    it.each(Object.entries(calls))('%s does the same, whichever request it is', async (__, call) => {
      const sound = await place(() => undefined);
      const before = sound.s3.requests.length;
      const expected = { result: await call(sound), left: left(sound) };
      const actions = sound.s3.requests.slice(before).map(({ action }) => action);

      for (const [at, action] of actions.entries()) {
        if (only !== undefined && !only.includes(action)) continue;
        let happened = 0;
        const troubled = await place((asked, count) => {
          if (count !== at + 1) return undefined;
          happened += 1;
          return fault.cutAt !== undefined && asked.action === 'HeadObject' ? undefined : fault;
        });
        expect({ result: await call(troubled), left: left(troubled) }, `${action}, request ${at + 1}`).toEqual(
          expected,
        );
        expect(happened).toBe(1);
      }
    });
  });

  it.each(Object.entries(calls))('%s goes on where nothing is said for too long', async (_, call) => {
    const expected = await call(await place(() => undefined));
    const silent = await place((_asked, count) => (count === 1 ? { silent: true } : undefined), { silenceMs: 1_000 });
    expect(await call(silent)).toEqual(expected);
  });
});

describe('a store in S3', () => {
  it('gives up after as many tries as there are waits and one, and says what it was told', async () => {
    const { s3, mirror } = await place(() => ({ answer: [503, 'SlowDown'] }));
    const before = s3.requests.length;
    await expect(mirror.read('index')).rejects.toMatchObject({
      name: 'StoreFailed',
      message: expect.stringMatching(/^s3:\/\/mirror\/index: s3:GetObject failed: 503 SlowDown/),
    });
    expect(s3.requests.length - before).toBe(4);
  });

  it('waits for a part of each wait that chance decides', async () => {
    const asked: number[] = [];
    const jitter = () => {
      asked.push(asked.length);
      return 0;
    };
    const { mirror } = await place((_, n) => (n < 3 ? {} : undefined), { waits: [3_600_000, 3_600_000], jitter });
    expect(await textOf(mirror, 'index')).toBe('first');
    expect(asked).toHaveLength(2);
  });

  it('finds the object of another who came between two tries', async () => {
    const { s3, mirror } = await place(({ action, key }, n) => {
      if (action !== 'PutObject' || n !== 1) return undefined;
      s3.buckets.get('mirror')?.set(key, smallObject(Buffer.from('theirs')));
      return {};
    });
    await expect(mirror.create('claim', Buffer.from('ours'))).rejects.toMatchObject({
      name: 'ObjectExists',
      message: expect.stringContaining(sha256Of('theirs')),
    });
    await expect(mirror.replace('claim', Buffer.from('ours'), { ifMatch: null })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  it('refuses a replacement that was done, but replaced again before its next try', async () => {
    const { s3, mirror } = await place((_, n) => (n === 1 ? { isDone: true } : undefined));
    const requests = s3.requests as Asked[];
    const push = requests.push.bind(requests);
    requests.push = (asked: Asked) => {
      if (requests.length === 3) s3.buckets.get('mirror')?.set('index', smallObject(Buffer.from('theirs')));
      return push(asked);
    };
    const { etag } = smallObject(Buffer.from('first'));
    await expect(mirror.replace('index', Buffer.from('ours'), { ifMatch: etag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  it('refuses equal bytes, too, where a condition does not hold at the first try', async () => {
    const { mirror } = await place(() => undefined);
    await expect(mirror.replace('index', Buffer.from('first'), { ifMatch: null })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      message: expect.stringMatching(/^s3:\/\/mirror\/index is "[0-9a-f]{32}", expected missing$/),
    });
  });

  it('has never more requests under way than it may', async () => {
    const { s3, mirror, work } = await place((_, n) => (n % 5 === 0 ? {} : undefined), {
      inFlight: 3,
      waits: Array(20).fill(0),
    });
    const file = join(temporaryFolder(), 'image');
    writeFileSync(file, Buffer.alloc(100_000, 'image'));
    const keys = Array.from({ length: 30 }, (_, n) => `pool/${n}`);

    await Promise.all(keys.map((key) => mirror.create(key, { file })));
    await Promise.all(keys.map((key) => mirror.head(key)));
    await Promise.all(keys.map((key) => mirror.readTo(key, join(temporaryFolder(), 'image'))));
    await Promise.all(
      keys.map((key) => mirror.adopt(`${key}/kernel`, work, 'runs/1/kernel', { sha256: sha256Of('kernel') })),
    );

    expect(s3.mostInFlight).toBeLessThanOrEqual(3 + 3); // each of the two stores for itself
  });

  it('has as many requests under way as it may', async () => {
    const [full, isFull] = signal();
    const { s3, mirror } = await place(
      async () => {
        if (s3.mostInFlight === 3) isFull();
        await full;
        return undefined;
      },
      { inFlight: 3 },
    );
    await Promise.all(Array.from({ length: 12 }, (_, n) => mirror.create(`${n}`, Buffer.from(`${n}`))));
    expect(s3.mostInFlight).toBe(3);
  });

  it('reads on where it was cut, as often as that happens', async () => {
    const { s3, mirror } = await place(({ action, headers }) => {
      const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
      return action === 'GetObject' && from < 900_000 ? { cutAt: 100_000 } : undefined;
    });
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, n) => (n * 7) % 251));
    await mirror.create('image', bytes);
    const file = join(temporaryFolder(), 'image');

    await mirror.readTo('image', file);

    expect(readFileSync(file).equals(bytes)).toBe(true);
    const ranges = s3.requests.filter(({ action }) => action === 'GetObject').map(({ headers }) => headers.range);
    expect(ranges[0]).toBe('bytes=0-');
    expect(ranges.length).toBeGreaterThanOrEqual(10);
    expect(new Set(ranges).size).toBe(ranges.length);
  });

  it('refuses to go on with another object, and leaves no file', async () => {
    const { s3, mirror } = await place(({ action, key }, n) => {
      if (action !== 'GetObject' || n !== 3) return undefined;
      setImmediate(() => s3.buckets.get('mirror')?.set(key, smallObject(Buffer.from('other'))));
      return { cutAt: 2 };
    });
    await mirror.create('image', Buffer.from('image'));
    const file = join(temporaryFolder(), 'image');
    await expect(mirror.readTo('image', file)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('refuses what S3 has another digest of, and leaves no file', async () => {
    const { s3, mirror } = await place(() => undefined);
    const promised = Buffer.from(sha256Of('whole'), 'hex').toString('base64');
    s3.buckets.get('mirror')?.set('image', smallObject(Buffer.from('image'), promised));
    const file = join(temporaryFolder(), 'image');
    await expect(mirror.readTo('image', file)).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringContaining(sha256Of('whole')),
    });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('refuses a file that was cut while it was sent', async () => {
    const file = join(temporaryFolder(), 'image');
    writeFileSync(file, 'image');
    const { mirror } = await place(() => {
      truncateSync(file, 2);
      return {};
    });
    await expect(mirror.create('image', { file })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: `${file} changed from 5 to 2 bytes during the upload`,
    });
  });

  it('refuses a body that changed on its way', async () => {
    const { mirror } = await place(() => ({ answer: [400, 'BadDigest'] }));
    await expect(mirror.create('a', Buffer.from('a'))).rejects.toMatchObject({ name: 'ChecksumMismatch' });
  });

  it('refuses to adopt what was replaced after it was looked at', async () => {
    const { s3, mirror, work } = await place(({ action }) => {
      if (action === 'CopyObject') s3.buckets.get('work')?.set('runs/1/kernel', smallObject(Buffer.from('evil')));
      return undefined;
    });
    const promise = { sha256: sha256Of('kernel') };
    await expect(mirror.adopt('pool/k', work, 'runs/1/kernel', promise)).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await keysOf(mirror, 'pool/')).toEqual([]);
  });
});

function left({ s3 }: Place): unknown {
  return [...s3.buckets].map(([name, objects]) => [name, [...objects].map(([key, { sha256 }]) => [key, sha256])]);
}

function signal(): [Promise<void>, () => void] {
  const { promise, resolve } = Promise.withResolvers<void>();
  return [promise, resolve];
}
