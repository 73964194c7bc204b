import { beforeAll, describe } from 'vitest';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { Store } from '../../lib/store/store';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { attestContract } from './contract/attest';
import { type OperationBench, operationBench } from './contract/operation-bench';
import { promoteContract } from './contract/promote';
import { removeContract } from './contract/remove';

/** What every operation does, on every store. `makeStore` gives an empty one of its kind. */
export function operationContract(name: string, makeStore: () => Promise<Store>): void {
  describe(`on ${name}`, () => {
    let signer: Signer;
    beforeAll(async () => {
      signer = await smallSigner();
    });
    const make = async (): Promise<OperationBench> => operationBench(await makeStore(), signer);

    promoteContract(make);
    attestContract(make);
    removeContract(make);
  });
}
