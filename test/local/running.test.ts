import { expect, test } from 'vitest';
import { Running } from '../../lib/local/running';

const ended = { name: 'States.TaskFailed', message: 'the execution has ended', isCatchable: false, isRetryable: false };

test('a task gives its result and its error', async () => {
  const running = new Running();

  expect(await running.run(async () => 1)).toBe(1);
  await expect(running.run(() => Promise.reject(new Error('odd')))).rejects.toThrow('odd');
});

test('stopping tells all tasks, waits for those that run, and lets no other start', async () => {
  const running = new Running();
  const told: string[] = [];
  let finish = () => {};
  const first = running.run(async () => {
    running.signal.addEventListener('abort', () => told.push('stop'));
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    told.push('gone');
  });
  await new Promise(setImmediate);

  const late = running.run(async () => told.push('late'));
  const stopped = running.stop().then(() => told.push('stopped'));
  await expect(late).rejects.toMatchObject(ended);
  finish();
  await Promise.all([first, stopped]);

  expect(told).toEqual(['stop', 'gone', 'stopped']);
  await expect(running.run(async () => told.push('later'))).rejects.toMatchObject(ended);
});

test('a task that failed holds nobody up', async () => {
  const running = new Running();
  let fail = () => {};
  const failing = running.run(
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error('odd'));
      }),
  );
  await new Promise(setImmediate);
  const stopped = running.stop();
  fail();

  await expect(failing).rejects.toThrow('odd');
  await stopped;
});
