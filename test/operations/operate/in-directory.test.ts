import { beforeAll } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { openMirrorDirectory } from '../../../lib/store/open';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { operationContract } from './operation-contract';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

operationContract(
  'in a directory',
  () => openMirrorDirectory(folderInMemory(), { create: true }),
  () => signer,
);
