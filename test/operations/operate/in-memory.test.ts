import { beforeAll } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { models } from '../../maas-model/sites';
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
  models,
);
