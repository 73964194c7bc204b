import { expect, it } from 'vitest';
import { expectMadeUpRelease } from '../build/ubuntu/made-up';
import { lookAlike } from '../fixtures/images/look-alike';

it('publishes a release whose initrds dracut makes, once it has booted', async () => {
  await expect(expectMadeUpRelease(await lookAlike('resolute'), 'passed')).resolves.toBeUndefined();
});
