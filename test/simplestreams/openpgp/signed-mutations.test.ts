import { expect, it } from 'vitest';
import { readMutations } from './signed-mutations';
import '../../fixtures/needs-seconds';

it('gives what gpgv gives, or nothing, of 2,000 mutations of a signed document', async () => {
  const { taken, byGpgv } = await readMutations(2000);

  expect(taken).toBeGreaterThan(50);
  expect(byGpgv).toBeGreaterThan(2);
});
