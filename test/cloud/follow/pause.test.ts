import { expect, it } from 'vitest';
import { pause } from '../../../lib/cloud/follow/pause';

it('a pause lasts as many seconds as it is told', async () => {
  const began = performance.now();
  await pause(0.05);

  expect(performance.now() - began).toBeGreaterThan(45);
});

it('refuses a pause once the signal is raised, with its reason', async () => {
  await expect(pause(3600, AbortSignal.abort('enough'))).rejects.toBe('enough');
});

it('refuses to go on with a pause in which the signal is raised', async () => {
  const controller = new AbortController();
  const pausing = pause(3600, controller.signal);
  controller.abort();

  await expect(pausing).rejects.toMatchObject({ name: 'AbortError' });
});
