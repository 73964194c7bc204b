import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { commit } from '../../lib/publication/commit';
import { readView } from '../../lib/publication/published-view';
import { checkIndex } from '../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../lib/simplestreams/contract/check-products';
import { parseIndex, parseProducts } from '../../lib/simplestreams/json';
import type { Addition } from '../../lib/simplestreams/merge';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import type { Products } from '../../lib/simplestreams/types';
import { S3Store } from '../../lib/store/s3/s3-store';
import { makeSmallMirror, publicationTime, smallSigner } from '../fixtures/small-mirror';
import { type SmallObject, smallObject } from '../fixtures/small-s3/objects';
import type { Asked } from '../fixtures/small-s3/request';
import { type Fault, type SmallS3, startSmallS3 } from '../fixtures/small-s3/server';

const contentId = 'com.debian.maas:candidate:v3:download';
const index = layout.index('candidate');
const names = ['one', 'other'] as const;
type Name = (typeof names)[number];

let signer: Signer;
let additions: readonly Addition[];
/** What lies in the pool before anybody commits. */
let pool: ReadonlyMap<string, SmallObject>;
let s3: SmallS3;
/** What each request waits for, and what goes wrong with it. */
let next: (asked: Asked) => Promise<Fault | undefined>;
beforeAll(async () => {
  s3 = await startSmallS3({ faultOf: (asked) => next(asked) });
  signer = await smallSigner();
  const folder = mkdtempSync(join(tmpdir(), 's3-publishers-'));
  try {
    const store = await makeSmallMirror(folder, { signer, kernels: flavours, versions });
    const { documents } = await readView('candidate', { mirror: store, signer });
    additions = additionsOf(documents.get(contentId)?.document);
    const keys = await Array.fromAsync(store.list('pool/'));
    pool = new Map(keys.map((key) => [key, objectOf(readFileSync(join(folder, key)))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

afterAll(() => s3[Symbol.asyncDispose]());

function objectOf(bytes: Buffer): SmallObject {
  return smallObject(bytes, createHash('sha256').update(bytes).digest('base64'));
}

const versions = ['20261120', '20261121'];
/** What each of them adds. */
const owned = { one: 'generic', other: 'cloud' };
const flavours = Object.values(owned);

/** Which of the two goes on, and what goes wrong then. */
const steps = fc.array(
  fc.record({
    who: fc.constantFrom(...names),
    fault: fc.option(
      fc.constantFrom<Fault>(
        {},
        { isDone: true },
        { answer: [500, 'InternalError'], isDone: true },
        { answer: [503, 'SlowDown'] },
        { answer: [409, 'ConditionalRequestConflict'] },
      ),
      { freq: 8, nil: undefined },
    ),
  }),
  { maxLength: 60 },
);
describe('two publishers to one bucket', () => {
  it('lose no version, and the index is valid at every moment, in 500 orders of their requests', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        const turns = new Turns(order);
        const seen: string[][] = [];
        let before: SmallObject | undefined;
        const bucket = s3.newBucket();
        for (const [key, object] of pool) s3.buckets.get(bucket)?.set(key, object);
        next = (asked) => {
          const now = s3.buckets.get(bucket)?.get(index);
          if (now !== before) seen.push(publishedIn(bucket));
          before = now;
          return turns.wait(whoOf(asked));
        };
        const work = names.map((name) => {
          return publishAll(storeOf(bucket, name), [owned[name]]).finally(() => turns.leave(name));
        });
        await Promise.all(work);

        expect(publishedIn(bucket)).toEqual(additions.map(nameOf).sort());
        for (const [at, one] of seen.entries()) expect(seen[at + 1] ?? one).toEqual(expect.arrayContaining(one));
        s3.buckets.get(bucket)?.clear();
      }),
      { numRuns: 500 },
    );
  });

  it('never had more requests under way than both may have', () => {
    expect(s3.mostInFlight).toBeGreaterThan(inFlight);
    expect(s3.mostInFlight).toBeLessThanOrEqual(2 * inFlight);
  });

  it('would not pass with an index that names what is not there', async () => {
    next = async () => undefined;
    const bucket = s3.newBucket();
    for (const [key, object] of pool) s3.buckets.get(bucket)?.set(key, object);
    await publishAll(storeOf(bucket, 'one'), flavours);
    expect(publishedIn(bucket)).toEqual(additions.map(nameOf).sort());
    for (const key of s3.buckets.get(bucket)?.keys() ?? []) {
      if (key.endsWith('.sjson') && key !== index) s3.buckets.get(bucket)?.delete(key);
    }
    expect(() => publishedIn(bucket)).toThrow('is not there');
  });
});

const inFlight = 4;

function storeOf(bucket: string, name: Name): S3Store {
  const client = { ...s3.client, credentials: { accessKeyId: name, secretAccessKey: 'small' } };
  return new S3Store(`s3://${bucket}`, { client, inFlight, waits: Array(60).fill(0) });
}

function whoOf({ headers }: Asked): Name {
  return headers.authorization?.includes('Credential=one/') ? 'one' : 'other';
}

/** Commits one version after the other of these flavours, as one execution a day would. */
async function publishAll(mirror: S3Store, mine: readonly string[]): Promise<void> {
  const press = { mirror, signer, now: () => publicationTime };
  for (const version of versions) {
    const wanted = additions.filter(
      ({ productId, versionName }) =>
        versionName === version && mine.some((name) => productId.endsWith(`:${ends[name]}`)),
    );
    if (wanted.length > 0) await commit('candidate', contentId, () => wanted, press);
  }
}

const ends: Readonly<Record<string, string>> = { generic: 'generic', cloud: 'generic-cloud' };

/** Lets two that ask go on in a given order: the next goes as soon as both have asked, or have left. */
class Turns {
  private readonly waiting: Record<Name, ((fault: Fault | undefined) => void)[]> = { one: [], other: [] };
  private readonly here = new Set<Name>(names);
  private at = 0;

  constructor(private readonly order: readonly { readonly who: Name; readonly fault: Fault | undefined }[]) {}

  wait(who: Name): Promise<Fault | undefined> {
    return new Promise((resolve) => {
      this.waiting[who].push(resolve);
      this.go();
    });
  }

  leave(who: Name): void {
    this.here.delete(who);
    this.go();
  }

  private go(): void {
    const ready = [...this.here].filter((name) => this.waiting[name].length > 0);
    if (ready.length === 0 || ready.length < this.here.size) return;
    const { who, fault } = this.order[this.at] ?? { who: names[this.at % 2] ?? 'one', fault: undefined };
    this.at += 1;
    this.waiting[ready.includes(who) ? who : (ready[0] ?? who)].shift()?.(fault);
    this.go(); // one that asks for several things at once may still wait
  }
}

/** Every version that the index names at this moment, sorted. @throws where a reader would find it broken */
function publishedIn(bucket: string): string[] {
  const textOf = (key: string) => {
    const bytes = s3.buckets.get(bucket)?.get(key)?.bytes;
    if (bytes === undefined) throw new Error(`${key} is not there`);
    return splitClearsigned(bytes).text;
  };
  if (!s3.buckets.get(bucket)?.has(index)) return [];
  const published = parseIndex(textOf(index), index);
  expect(checkIndex(published)).toEqual([]);
  return Object.values(published.index)
    .flatMap(({ path }) => {
      const document = parseProducts(textOf(layout.document('candidate', path)), path);
      expect(checkProducts(document)).toEqual([]);
      return additionsOf(document).map(nameOf);
    })
    .sort();
}

function nameOf({ productId, versionName }: Addition): string {
  return `${productId} ${versionName}`;
}

function additionsOf(document: Products | undefined): Addition[] {
  return Object.entries(document?.products ?? {}).flatMap(([productId, { versions: all, ...fields }]) =>
    Object.entries(all).map(([versionName, version]) => ({
      ...{ productId, versionName, version },
      fields: fields as Record<string, string>,
    })),
  );
}
