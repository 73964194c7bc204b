import { expect, it } from 'vitest';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { operateAtOnce } from '../operations/operate/three-operators';

// `npm test` has a few, in test/operations.

it('in 1,000 orders of their calls, a publication, a promotion and a rollback at once end as in some order', async () => {
  await expect(operateAtOnce(await smallSigner(), 1000)).resolves.toBeUndefined();
});
