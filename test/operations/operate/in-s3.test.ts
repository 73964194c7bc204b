import { beforeAll, onTestFinished } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { operationContract } from './operation-contract';
import '../../fixtures/needs-minutes';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

operationContract(
  'in S3',
  async () => {
    const s3 = await startSmallS3();
    onTestFinished(() => s3[Symbol.asyncDispose]());
    return new S3Store('s3://mirror', { client: s3.client });
  },
  () => signer,
);
