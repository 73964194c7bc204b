import { beforeAll, onTestFinished } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';
import { operationContract } from './operation-contract';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

operationContract(
  'in memory',
  async () => new MemoryStore(),
  () => signer,
);
