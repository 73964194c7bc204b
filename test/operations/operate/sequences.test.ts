import { expect, it } from 'vitest';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { everySequenceHolds } from './sequences';

it('whatever operators do, decisions hold, and every MAAS ends with the fix', async () => {
  await expect(everySequenceHolds(await smallSigner(), 25)).resolves.toBeUndefined();
});
