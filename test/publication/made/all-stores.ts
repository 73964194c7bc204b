import { DirectoryStore } from '../../../lib/store/directory/directory';
import type { Store } from '../../../lib/store/store';
import { smallS3Store } from '../../fixtures/aws/small-s3/small-s3-store';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MemoryStore } from './memory-store';

/** Every kind of store that a mirror can be in, by what it is called in titles of tests. */
export const allStores: readonly (readonly [name: string, make: () => Store | Promise<Store>])[] = [
  ['in memory', () => new MemoryStore()],
  ['in a directory', () => new DirectoryStore(folderInMemory())],
  ['in S3', smallS3Store],
];
