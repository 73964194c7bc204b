import { expect, it } from 'vitest';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { operateAtOnce } from './three-operators';

it('a publication, a promotion and a rollback at once end as in some order', async () => {
  await expect(operateAtOnce(await smallSigner(), 60)).resolves.toBeUndefined();
});
