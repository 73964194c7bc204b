import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { addingVersions } from '../../../lib/publication/add-versions';
import { changeView } from '../../../lib/publication/change-view';
import { readView } from '../../../lib/publication/read-view';
import { checkIndex } from '../../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../../lib/simplestreams/contract/check-products';
import { parseIndex, parseProducts } from '../../../lib/simplestreams/json';
import type { Addition } from '../../../lib/simplestreams/merge';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import type { Products } from '../../../lib/simplestreams/types';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { type SmallObject, smallObject } from '../../fixtures/aws/small-s3/objects';
import type { Asked } from '../../fixtures/aws/small-s3/request';
import { type Fault, type SmallS3, startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { makeSmallMirror, publicationTime, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { type Turn, Turns } from './turns';

const contentId = 'com.debian.maas:candidate:v3:download';
const index = layout.index('candidate');
const names = ['one', 'other'] as const;
type Name = (typeof names)[number];

const versions = ['20261120', '20261121'];
/** What each of them adds. */
const owned = { one: 'generic', other: 'cloud' };
const flavours = Object.values(owned);
const ends: Readonly<Record<string, string>> = { generic: 'generic', cloud: 'generic-cloud' };

/** How many requests each of them may have under way. */
export const inFlight = 4;

/** Which of the two goes on, and what goes wrong then. */
interface FaultyTurn extends Turn {
  readonly fault: Fault | undefined;
}
const turns: fc.Arbitrary<FaultyTurn[]> = fc.array(
  fc.record({
    who: fc.constantFrom(...names).map((name) => [name]),
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

/** Two publishers to one bucket of a server that answers each request in its turn. */
export interface S3Publishers extends AsyncDisposable {
  readonly s3: SmallS3;
  /** Publishes as two at once, in so many orders of their requests. @throws where a version is lost, or the index bad */
  publishAtOnce(rounds: number): Promise<void>;
  /** Publishes as one, into a bucket of its own, whose name it gives. */
  publishAlone(): Promise<string>;
  /** Every version that the index of a bucket names now, sorted. @throws where a reader would find it broken */
  publishedIn(bucket: string): string[];
  /** What there is to publish, sorted. */
  readonly all: readonly string[];
}

export async function s3Publishers(): Promise<S3Publishers> {
  /** What each request waits for, and what goes wrong with it. */
  let next: (asked: Asked) => Promise<Fault | undefined> = async () => undefined;
  const s3 = await startSmallS3({ faultOf: (asked) => next(asked) });
  const signer = await smallSigner();
  const { additions, pool } = await smallPool(signer);
  const all = additions.map(nameOf).sort();

  const newBucket = () => {
    const bucket = s3.newBucket();
    for (const [key, object] of pool) s3.buckets.get(bucket)?.set(key, object);
    return bucket;
  };
  const storeOf = (bucket: string, name: Name) => {
    const client = { ...s3.client, credentials: { accessKeyId: name, secretAccessKey: 'small' } };
    return new S3Store(`s3://${bucket}`, { client, inFlight, waits: Array(60).fill(0) });
  };
  /** Commits one version after the other of these flavours, as one execution a day would. */
  const publishAll = async (mirror: S3Store, mine: readonly string[]) => {
    for (const version of versions) {
      const isWanted = ({ productId, versionName }: Addition) =>
        versionName === version && mine.some((name) => productId.endsWith(`:${ends[name]}`));
      const wanted = additions.filter(isWanted);
      const change = addingVersions(contentId, () => wanted, { what: 'publish' });
      if (wanted.length > 0) await changeView('candidate', change, { mirror, signer, now: () => publicationTime });
    }
  };
  const publishedIn = (bucket: string) => publishedAmong(s3.buckets.get(bucket) ?? new Map());

  const publishInTurns = async (given: readonly FaultyTurn[]) => {
    const inTurn = new Turns(names, given);
    const seen: string[][] = [];
    let before: SmallObject | undefined;
    const bucket = newBucket();
    next = async (asked) => {
      const now = s3.buckets.get(bucket)?.get(index);
      if (now !== before) seen.push(publishedIn(bucket));
      before = now;
      return (await inTurn.wait(whoOf(asked)))?.fault;
    };
    const work = names.map((name) =>
      publishAll(storeOf(bucket, name), [owned[name]]).finally(() => inTurn.leave(name)),
    );
    await Promise.all(work);

    expect(publishedIn(bucket)).toEqual(all);
    for (const [at, one] of seen.entries()) expect(seen[at + 1] ?? one).toEqual(expect.arrayContaining(one));
    s3.buckets.get(bucket)?.clear();
  };

  return {
    s3,
    publishAtOnce: async (rounds) => {
      await fc.assert(fc.asyncProperty(turns, publishInTurns), { numRuns: rounds });
    },
    publishAlone: async () => {
      next = async () => undefined;
      const bucket = newBucket();
      await publishAll(storeOf(bucket, 'one'), flavours);
      return bucket;
    },
    publishedIn,
    all,
    [Symbol.asyncDispose]: () => s3[Symbol.asyncDispose](),
  };
}

/** What both add, and what is in the pool before anybody commits. */
async function smallPool(signer: Signer) {
  const folder = mkdtempSync(join(tmpdir(), 's3-publishers-'));
  try {
    const store = await makeSmallMirror(folder, { signer, kernels: flavours, versions });
    const { documents } = await readView('candidate', { mirror: store, signer });
    const keys = await Array.fromAsync(store.list('pool/'));
    const pool = new Map(keys.map((key) => [key, objectOf(readFileSync(join(folder, key)))]));
    return { additions: additionsOf(documents.get(contentId)?.document), pool };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function objectOf(bytes: Buffer): SmallObject {
  return smallObject(bytes, createHash('sha256').update(bytes).digest('base64'));
}

function whoOf({ headers }: Asked): Name {
  return headers.authorization?.includes('Credential=one/') ? 'one' : 'other';
}

function publishedAmong(objects: ReadonlyMap<string, SmallObject>): string[] {
  const textOf = (key: string) => {
    const bytes = objects.get(key)?.bytes;
    if (bytes === undefined) throw new Error(`${key} is missing`);
    return splitClearsigned(bytes).text;
  };
  if (!objects.has(index)) return [];
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
