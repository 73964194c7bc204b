import { afterAll, beforeAll } from 'vitest';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { type SmallS3, startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { promotionContract } from './promotion-contract';
import '../../fixtures/needs-minutes';

let s3: SmallS3;
beforeAll(async () => {
  s3 = await startSmallS3();
});
afterAll(() => s3[Symbol.asyncDispose]());

promotionContract('in S3', async () => new S3Store(`s3://${s3.newBucket()}/mirror`, { client: s3.client }));
