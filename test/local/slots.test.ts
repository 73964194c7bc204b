import { expect, test } from 'vitest';
import { Slots } from '../../lib/local/slots';

test('a slot that is given back goes to who waited first', async () => {
  const { signal } = new AbortController();
  const slots = new Slots(1);
  const request: string[] = [];
  const first = await slots.take(signal);
  const waiting = ['second', 'third'].map(async (name) => {
    using _slot = await slots.take(signal);
    request.push(name);
  });
  await new Promise(setImmediate);
  expect(request).toEqual([]);

  first[Symbol.dispose]();
  await Promise.all(waiting);
  expect(request).toEqual(['second', 'third']);
});

test('who stops waiting leaves the slot to others', async () => {
  const slots = new Slots(1);
  const stop = new AbortController();
  const first = await slots.take(new AbortController().signal);
  const left = slots.take(stop.signal);
  const next = slots.take(new AbortController().signal);
  stop.abort(new Error('stopped'));
  await expect(left).rejects.toThrow('stopped');

  first[Symbol.dispose]();
  (await next)[Symbol.dispose]();
  await expect(slots.take(stop.signal)).rejects.toThrow('stopped');
  (await slots.take(new AbortController().signal))[Symbol.dispose]();
});
