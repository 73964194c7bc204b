import { expect, it, onTestFinished, vi } from 'vitest';
import { exitCode, interruptible } from '../../../bin/terminal/interruptible';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listening = () => signals.map((name) => process.listenerCount(name));

it('raises a signal once, ends the process at the second, and counts the first in its exit code', () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  onTestFinished(() => exit.mockRestore());
  const before = listening();
  expect([exitCode(0), exitCode(1), exitCode(2)]).toEqual([0, 1, 2]);
  const { signal, end } = interruptible();
  expect(listening()).toEqual(before.map((count) => count + 1));
  expect(signal.aborted).toBe(false);

  process.emit('SIGHUP', 'SIGHUP');
  expect([signal.aborted, exit.mock.calls.length]).toEqual([true, 0]);
  expect([exitCode(0), exitCode(1), exitCode(2)]).toEqual([0, 129, 129]);

  process.emit('SIGTERM', 'SIGTERM');
  expect(exit.mock.calls).toEqual([[129]]);
  end();
  expect(listening()).toEqual(before);

  const next = interruptible();
  process.emit('SIGINT', 'SIGINT');
  expect([next.signal.aborted, exitCode(1)]).toEqual([true, 129]);
  next.end();
});
