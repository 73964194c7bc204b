import { expect, it } from 'vitest';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { everySequenceHolds } from '../operations/operate/sequences';
import { operateAtOnce } from '../operations/operate/three-operators';

// `npm test` has some of them, in test/operations.

it('in 400 sequences, whatever operators do, decisions hold, and every MAAS ends with the fix', async () => {
  await expect(everySequenceHolds(await smallSigner(), 400)).resolves.toBeUndefined();
});

it('in 1,000 orders of their calls, a publication, a promotion and a rollback at once end as in some order', async () => {
  await expect(operateAtOnce(await smallSigner(), 1000)).resolves.toBeUndefined();
});
