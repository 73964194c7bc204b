import { afterAll, beforeAll } from 'vitest';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { type SmallS3, startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { storeContract } from '../contract';

let s3: SmallS3;
beforeAll(async () => {
  s3 = await startSmallS3({ pageSize: 2 });
});
afterAll(() => s3[Symbol.asyncDispose]());

storeContract('S3Store', async () => new S3Store(`s3://${s3.newBucket()}/below/here`, { client: s3.client }));
