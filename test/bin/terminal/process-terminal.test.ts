import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { processTerminal } from '../../../bin/terminal/terminal';

const streams = { stdout: process.stdout, stderr: process.stderr };
const written = { stdout: [] as unknown[], stderr: [] as unknown[] };

beforeEach(() => {
  for (const name of ['stdout', 'stderr'] as const) {
    written[name] = [];
    vi.spyOn(streams[name], 'write').mockImplementation((chunk) => {
      written[name].push(chunk);
      return true;
    });
  }
  onTestFinished(() => void vi.restoreAllMocks());
});

/** Makes a stream of this process a terminal, or none, until the test is over. */
function terminalOf(name: 'stdout' | 'stderr', isTTY: boolean, columns?: number): void {
  const { isTTY: before, columns: width } = streams[name];
  Object.assign(streams[name], { isTTY, columns });
  onTestFinished(() => void Object.assign(streams[name], { isTTY: before, columns: width }));
}

it('writes results to one stream and all else to the other, a line each, and bytes as they are', () => {
  terminalOf('stdout', false);
  const terminal = processTerminal();
  terminal.out('one');
  terminal.err('two');
  terminal.writeBinary?.(Buffer.from([0, 27, 255]));

  expect(written).toEqual({ stdout: ['one\n', Buffer.from([0, 27, 255])], stderr: ['two\n'] });
});

it('has 80 columns and no line that is drawn again where nobody watches', () => {
  terminalOf('stdout', false);
  terminalOf('stderr', false);
  expect(processTerminal()).toMatchObject({ isTTY: false, columns: 80 });
  expect(processTerminal().status).toBeUndefined();
});

it('draws a line over the last one, as long as the terminal is wide and no longer', () => {
  terminalOf('stdout', true, 100);
  terminalOf('stderr', true, 10);
  const terminal = processTerminal();
  expect([terminal.isTTY, terminal.columns]).toEqual([true, 100]);
  terminal.status?.('1 of 8\u001b[2J');
  terminal.status?.('0123456789');
  terminal.status?.('');
  terminalOf('stderr', true);
  terminal.status?.('x'.repeat(100));

  const wiped = '\r\u001b[2K';
  const whole = [`${wiped}1 of 8`, `${wiped}012345678`, wiped, `${wiped}${'x'.repeat(79)}`];
  expect(written).toEqual({ stdout: [], stderr: whole });
});

it.each(['stdout', 'stderr'] as const)('ends quietly where who reads its %s has enough', (name) => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`ends with ${code}`);
  });
  processTerminal();
  const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  const { exitCode } = process;
  onTestFinished(() => {
    process.exitCode = exitCode;
  });

  process.exitCode = undefined;
  expect(() => streams[name].emit('error', gone)).toThrow('ends with 0');
  process.exitCode = 3;
  expect(() => streams[name].emit('error', gone)).toThrow('ends with 3');
  expect(exit).toHaveBeenCalledTimes(2); // whatever number of terminals there is, one of them listens
});

it('refuses to take another trouble with its streams for that', () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  processTerminal();
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });

  expect(() => process.stdout.emit('error', full)).toThrow('no space');
  expect(exit).not.toHaveBeenCalled();
});
