import { expect, it } from 'vitest';
import { smallSigner } from '../../../fixtures/mirrors/small-mirror';
import '../../../fixtures/needs-seconds';
import { typePrinted } from './printed-commands';

it('whatever was done before, every undo that is printed leads back, and no way back that is printed is refused', async () => {
  // A sample; npm run test:models has more.
  await expect(typePrinted(await smallSigner(), 12)).resolves.toBeUndefined();
});
