import { expect, it } from 'vitest';
import { Permits } from '../../../lib/store/s3/permits';

it('so many have a permit at once, the others get theirs in the order in which they came', async () => {
  const permits = new Permits(2);
  const order: number[] = [];
  const held = [await permits.take(), await permits.take()];
  const waiting = [1, 2, 3].map(async (name) => {
    const permit = await permits.take();
    order.push(name);
    return permit;
  });
  await new Promise(setImmediate);
  expect(order).toEqual([]);

  held[0]?.[Symbol.dispose]();
  await new Promise(setImmediate);
  expect(order).toEqual([1]);
  held[1]?.[Symbol.dispose]();
  (await waiting[0])?.[Symbol.dispose]();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3]);
});

it('a permit that nobody waits for is there for the next', async () => {
  const permits = new Permits(1);
  for (let times = 0; times < 3; times += 1) (await permits.take())[Symbol.dispose]();
  const first = await permits.take();
  const second = permits.take().then(() => 'second');

  expect(await Promise.race([second, new Promise((resolve) => setImmediate(resolve, 'waits'))])).toBe('waits');
  first[Symbol.dispose]();
  expect(await second).toBe('second');
});
