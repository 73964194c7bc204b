import { expect, it } from 'vitest';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { publishTwiceAtOnce } from './two-publishers';
import '../../fixtures/needs-seconds';

it('two publishers at once lose no version, and no reader sees a bad index, whatever waits for what', async () => {
  await expect(publishTwiceAtOnce(await smallSigner(), 12)).resolves.toBeUndefined();
});
