import { expect, it } from 'vitest';
import { readMutations } from '../simplestreams/openpgp/signed-mutations';

it('gives what gpgv gives, or nothing, of 40,000 mutations of a signed document', { timeout: 3_600_000 }, async () => {
  const { taken, byGpgv } = await readMutations(40_000);

  expect(taken).toBeGreaterThan(1500);
  expect(byGpgv).toBeGreaterThan(75);
});
