import { writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { processTerminal, reportError } from '../../../bin/terminal/terminal';
import { MirrorError } from '../../../lib/errors';
import { keptTerminal } from './kept-terminal';

test('an error of ours is its message, every line of its hint, and its causes', () => {
  const terminal = keptTerminal();
  const socket = new Error('socket hang up');
  const error = new MirrorError('DownloadFailed', 'the index ended after 12 bytes', {
    hint: 'the network is slow\nrun it again',
    cause: new Error('read failed', { cause: socket }),
  });

  expect(reportError(error, terminal)).toBe(1);
  expect(terminal.errLines).toEqual([
    'error: the index ended after 12 bytes',
    '  the network is slow',
    '  run it again',
    '  caused by: read failed',
    '  caused by: socket hang up',
  ]);
  expect(terminal.outLines).toEqual([]);
});

test('no password is shown, in no message of a chain', () => {
  const terminal = keptTerminal();
  const address = 'https://robot:hush@archive.example/ubuntu';
  const cause = new Error(`connect ${address}`, { cause: `at ${address}` });

  reportError(new MirrorError('DownloadFailed', `${address} answers 404`, { cause }), terminal);
  reportError(new TypeError(`Invalid URL ${address}`), terminal, {});

  expect(terminal.errLines.join('\n')).not.toContain('hush');
  expect(terminal.errLines.filter((line) => line.includes('https://archive.example/ubuntu'))).toHaveLength(4);
});

test.each([
  'Held',
  'Withdrawn',
  'NotAttested',
] as const)('%s ends with exit code 4: somebody has decided it', (name) => {
  expect(reportError(new MirrorError(name, 'noble is held'), keptTerminal())).toBe(4);
  expect(reportError(new MirrorError(name, 'noble is held', { misuse: true }), keptTerminal())).toBe(2);
});

test('misuse ends with exit code 2', () => {
  expect(reportError(new MirrorError('BadInput', 'no such view', { misuse: true }), keptTerminal())).toBe(2);
});

test('an error that nobody foresaw shows its stack only in debug mode', () => {
  const error = new TypeError('x is undefined');
  const calm = keptTerminal();
  const debug = keptTerminal();

  expect(reportError(error, calm, {})).toBe(1);
  expect(reportError(error, debug, { MAAS_MIRROR_DEBUG: '1' })).toBe(1);

  expect(calm.errLines[0]).toBe('error: x is undefined');
  expect(calm.errLines.slice(1)).toEqual(['  Unexpected error. Set MAAS_MIRROR_DEBUG=1 for a stack trace.']);
  expect(debug.errLines).toEqual(['error TypeError: x is undefined', error.stack]);
  expect(debug.errLines[1]).toContain('terminal.test');
});

test('an error without a stack shows in debug mode what it carries', () => {
  const error = Object.assign(new TypeError('no folder'), { code: 'ERR_FS_EISDIR', path: '/srv/folder' });
  error.stack = 'TypeError: no folder';
  const terminal = keptTerminal();

  reportError(error, terminal, { MAAS_MIRROR_DEBUG: '1' });

  expect(terminal.errLines[1]).toMatch(/^TypeError: no folder\n {2}the error has no stack, but these fields: /);
  for (const part of ['ERR_FS_EISDIR', '/srv/folder']) expect(terminal.errLines[1]).toContain(part);
});

test('that somebody pressed Ctrl-C is no cause to tell', () => {
  const terminal = keptTerminal();
  const cause = new Error('stage ended', { cause: AbortSignal.abort().reason });

  reportError(new MirrorError('Interrupted', 'it was interrupted', { cause }), terminal, {});

  expect(terminal.errLines).toEqual(['error: it was interrupted', '  caused by: stage ended']);
});

test('a disk that is full is no surprise, whichever write met it', () => {
  const terminal = keptTerminal();

  expect(reportError(fullDisk(), terminal, {})).toBe(1);
  expect(terminal.errLines).toEqual([
    'error: no space left on device, writing a file',
    expect.stringContaining('df -h'),
    '  caused by: ENOSPC: no space left on device, write',
  ]);
});

test('a chain of causes that bites its tail ends', () => {
  const error = new Error('head');
  error.cause = new Error('tail', { cause: error });
  const terminal = keptTerminal();

  reportError(error, terminal, {});

  expect(terminal.errLines.filter((line) => line.includes('caused by'))).toEqual(['  caused by: tail']);
});

test('something thrown that is no error is printed as it is', () => {
  const terminal = keptTerminal();

  expect(reportError('out of paper', terminal, {})).toBe(1);
  expect(terminal.errLines[0]).toBe('error: out of paper');
});

function fullDisk(): unknown {
  try {
    return writeFileSync('/dev/full', 'x');
  } catch (error) {
    return error;
  }
}

test('nothing that is printed is a command to the terminal, whoever has said it', () => {
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  const evil = 'evil\u001b]0;title\u0007\u001b[2J\u202e\nnext';
  const terminal = processTerminal();
  terminal.out(evil);
  terminal.err(evil);
  const written = [out, err].map((stream) => stream?.mock.calls.map(([text]) => String(text)));
  vi.restoreAllMocks();

  expect(written).toEqual([['evil\nnext\n'], ['evil\nnext\n']]);
});

test('does not repeat a cause that the message ends in', () => {
  const terminal = keptTerminal();
  const cause = new Error('ENOENT: no such file');
  reportError(new MirrorError('BadInput', `x cannot be read: ${cause.message}`, { cause }), terminal);
  expect(terminal.errLines).toEqual(['error: x cannot be read: ENOENT: no such file']);
});

test('debug mode shows what was thrown that is no error', () => {
  for (const [thrown, shown] of [
    ['out of paper', 'out of paper'],
    [undefined, 'undefined'],
    [{ tray: 2 }, '[object Object]\n  the error has no stack, but these fields: { tray: 2 }'],
  ]) {
    const terminal = keptTerminal();
    expect(reportError(thrown, terminal, { MAAS_MIRROR_DEBUG: '1' })).toBe(1);
    expect(terminal.errLines).toEqual([`error Error: ${String(thrown)}`, shown]);
  }
});

test('an error of ours shows its name in debug mode, and no stack', () => {
  const terminal = keptTerminal();
  reportError(new MirrorError('BadInput', 'no such view'), terminal, { MAAS_MIRROR_DEBUG: '1' });
  expect(terminal.errLines).toEqual(['error BadInput: no such view']);
});

test('an error of the system that a person can correct is told in plain words', () => {
  const told = (fields: object) => {
    const terminal = keptTerminal();
    return [reportError(Object.assign(new Error(JSON.stringify(fields)), fields), terminal, {}), terminal.errLines[0]];
  };
  expect(told({ code: 'EACCES', path: '/root' })).toEqual([1, 'error: permission denied: /root']);
  expect(told({ code: 'EPERM', path: '/a', dest: '/b' })).toEqual([1, 'error: permission denied: /a -> /b']);
  const gone = 'error: the working directory does not exist any more';
  expect(told({ code: 'ENOENT', syscall: 'uv_cwd' })).toEqual([2, gone]);
});
