import { beforeAll, expect, it } from 'vitest';
import { expectSixFlavours } from '../build/ubuntu/six-flavours';
import { type LookAlike, lookAlike } from '../fixtures/images/look-alike';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

it('boots each of the three kernels of noble once, and publishes all six flavours as images.maas.io has them', async () => {
  const progress = await expectSixFlavours(noble, 'passed');

  expect(progress.match(/BootTest amd64 \S+ done/g)).toHaveLength(3);
});
