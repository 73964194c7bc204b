import { afterAll, beforeAll } from 'vitest';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { S3Store } from '../../lib/store/s3/s3-store';
import { type SmallS3, startSmallS3 } from '../fixtures/aws/small-s3/server';
import { folderInMemory } from '../fixtures/temporary-folder';
import { MemoryStore } from '../publication/made/memory-store';
import { operationContract } from './operation-contract';

let s3: SmallS3;
beforeAll(async () => {
  s3 = await startSmallS3();
});
afterAll(() => s3[Symbol.asyncDispose]());

operationContract('a store in memory', async () => new MemoryStore());
operationContract('a directory', async () => new DirectoryStore(folderInMemory()));
operationContract('S3', async () => new S3Store(`s3://${s3.newBucket()}/mirror`, { client: s3.client }));
