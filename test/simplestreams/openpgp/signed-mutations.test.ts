import { expect, it } from 'vitest';
import { readMutations } from './signed-mutations';
import '../../fixtures/needs-seconds';

it('gives what gpgv gives, or nothing, of 1,000 mutations of a signed document', async () => {
  const { taken, byGpgv } = await readMutations(1000);

  expect(taken).toBeGreaterThan(25);
  expect(byGpgv).toBeGreaterThan(1);
});
