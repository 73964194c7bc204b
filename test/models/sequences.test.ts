import { expect, it } from 'vitest';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { everySequenceHolds } from '../operations/operate/sequences';

// `npm test` has a few, in test/operations.

it('in 2,000 sequences, whatever operators do, decisions hold, and every MAAS ends with the fix', async () => {
  await expect(everySequenceHolds(await smallSigner(), 2000)).resolves.toBeUndefined();
});
