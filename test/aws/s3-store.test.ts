import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Store } from '../../lib/store/s3/s3-store';
import { sha256Of, storeContract } from '../store/contract';
import { type MiniStack, startMiniStack } from './mini-stack';

let aws: MiniStack;
let client: S3Client;
let buckets = 0;
beforeAll(async () => {
  aws = await startMiniStack();
  client = new S3Client(settings());
});
afterAll(async () => {
  client?.destroy();
  await aws?.[Symbol.asyncDispose]();
});

function settings() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint: aws.url, region: 'us-east-1', credentials, forcePathStyle: true };
}

async function newBucket(): Promise<string> {
  buckets += 1;
  const Bucket = `store-${buckets}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

// Whole: what this emulator gets wrong is that a copy ignores If-None-Match, and before a copy the store looks anyway.
storeContract('S3Store on MiniStack', async () => new S3Store(`s3://${await newBucket()}`, { client: settings() }));

describe('S3Store on MiniStack', () => {
  it('gets the digest that the emulator has computed', async () => {
    const Bucket = await newBucket();
    const Body = Buffer.from('by somebody else');
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body, ChecksumAlgorithm: 'SHA256' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'b', Body, ChecksumAlgorithm: 'CRC32' }));
    const store = new S3Store(`s3://${Bucket}`, { client: settings() });

    for (const key of ['a', 'b']) expect(await store.head(key)).toMatchObject({ sha256: sha256Of(Body) });
  });

  it('refuses a bucket that is not there', async () => {
    const store = new S3Store('s3://nobodys-bucket', { client: settings() });
    await expect(store.read('a')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(store.create('a', Buffer.from('a'))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
