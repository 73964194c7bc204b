import { expect, it } from 'vitest';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { typePrinted } from '../operations/operate/printed/printed-commands';
import { operateAtOnce } from '../operations/operate/three-operators';

// `npm test` has a few, in test/operations.

it('in 1,000 orders of their calls, a publication, a promotion and a rollback at once end as in some order', async () => {
  await expect(operateAtOnce(await smallSigner(), 1000)).resolves.toBeUndefined();
});

it('after 200 random sequences of operations, every undo that is printed leads back, and no way back is refused', async () => {
  await expect(typePrinted(await smallSigner(), 200)).resolves.toBeUndefined();
});
