import '../../fixtures/needs-seconds';
import { models } from '../../maas-model/sites';
import { MemoryStore } from '../../publication/made/memory-store';
import { promotionContract } from './promotion-contract';

promotionContract('in memory', async () => new MemoryStore(), models);
