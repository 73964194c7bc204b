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

function exits() {
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`ends with ${code}`);
  });
  const { exitCode } = process;
  onTestFinished(() => {
    process.exitCode = exitCode;
  });
  process.exitCode = undefined;
  return exit;
}

const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

it('ends quietly where who reads its results has enough', () => {
  const exit = exits();
  processTerminal();

  expect(() => process.stdout.emit('error', gone)).toThrow('ends with 0');
  process.exitCode = 3;
  expect(() => process.stdout.emit('error', gone)).toThrow('ends with 3');
  expect(exit).toHaveBeenCalledTimes(2); // whatever number of terminals there is, one of them listens
});

it('ends as SIGPIPE would where nobody reads its errors', () => {
  exits();
  processTerminal();

  expect(() => process.stderr.emit('error', gone)).toThrow('ends with 141');
  process.exitCode = 0; // what it did is done
  expect(() => process.stderr.emit('error', gone)).toThrow('ends with 0');
});

it('says that its results cannot be written, once, and fails', () => {
  exits();
  processTerminal();
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

  expect(() => process.stdout.emit('error', full)).toThrow('ends with 1');
  expect(() => process.stderr.emit('error', full)).toThrow('ends with 1');
  expect(written.stderr).toEqual(['error: cannot write to standard output: ENOSPC: no space left on device, write\n']);
});

it.each([
  'stdout',
  'stderr',
] as const)('gives up work whose %s nobody reads, and fails as SIGPIPE would', async (name) => {
  const exit = exits();
  vi.resetModules(); // a signal is kept until the process ends
  const { interruptible, exitCode } = await import('../../../bin/terminal/interruptible.js');
  const own = await import('../../../bin/terminal/terminal.js');
  for (const stream of Object.values(streams)) {
    const before = stream.listeners('error') as (() => void)[];
    stream.removeAllListeners('error');
    onTestFinished(() => {
      stream.removeAllListeners('error');
      for (const listener of before) stream.on('error', listener);
    });
  }
  own.processTerminal();
  const work = interruptible();

  streams[name].emit('error', gone);
  streams[name].emit('error', gone);
  expect([work.signal.aborted, exitCode(1), exit.mock.calls.length]).toEqual([true, 141, 0]);

  work.end();
  expect(() => streams[name].emit('error', gone)).toThrow('ends with 141');
});
