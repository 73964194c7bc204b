import { beforeAll, describe } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Store } from '../../../lib/store/store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import type { models } from '../../maas-model/sites';
import { attestContract } from './attest';
import { brokenViewContract } from './broken-view';
import { type OperationBench, operationBench } from './operation-bench';
import { promoteContract } from './promote';
import { removeContract } from './remove';
import { scheduleContract } from './schedule';

/**
 * What promotion and the operations around it do, whatever the mirror is stored in.
 * @param makeStore gives an empty store
 * @param sites models of MAAS that follow the operations
 */
export function promotionContract(name: string, makeStore: () => Promise<Store>, sites: typeof models = []): void {
  describe(name, () => {
    let signer: Signer;
    beforeAll(async () => {
      signer = await smallSigner();
    });
    const make = async (): Promise<OperationBench> => operationBench(await makeStore(), signer);

    promoteContract(make, sites);
    attestContract(make);
    removeContract(make, sites);
    scheduleContract(make);
    brokenViewContract(make);
  });
}
