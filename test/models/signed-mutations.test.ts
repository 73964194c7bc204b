import { expect, it } from 'vitest';
import { readMutations } from '../simplestreams/openpgp/signed-mutations';

it('gives what gpgv gives, or nothing, of 20,000 mutations of a signed document', async () => {
  const { taken, byGpgv } = await readMutations(20_000);

  expect(taken).toBeGreaterThan(750);
  expect(byGpgv).toBeGreaterThan(37);
});
