import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const program = `
const { interruptible, exitCode } = require(${JSON.stringify(join(__dirname, '../../../dist/bin/terminal/interruptible.js'))});
const { signal, end } = interruptible();
const stay = setInterval(() => {}, 1000);
signal.addEventListener('abort', () => {
  console.log('ending');
  if (process.argv[1] === 'stuck') return;
  clearInterval(stay);
  end();
  process.exitCode = exitCode(Number(process.argv[1]));
});
console.log('ready');
`;

it.each([
  ['1', ['SIGINT'], 130],
  ['1', ['SIGTERM'], 143],
  ['1', ['SIGHUP'], 129],
  ['0', ['SIGINT'], 0],
  ['stuck', ['SIGINT', 'SIGINT'], 130],
  ['stuck', ['SIGTERM', 'SIGINT'], 143],
] as const)('ends a command that says %s after %j with %i', async (says, signals, code) => {
  const child = spawn(process.execPath, ['-e', program, says], { stdio: ['ignore', 'pipe', 'inherit'] });
  for (const signal of signals) {
    await once(child.stdout, 'data'); // it is ready, and then ending
    child.kill(signal);
  }
  expect(await once(child, 'close')).toEqual([code, null]);
});

const watched = `
const { interruptible, exitCode } = require(${JSON.stringify(join(__dirname, '../../../dist/bin/terminal/interruptible.js'))});
const { processTerminal } = require(${JSON.stringify(join(__dirname, '../../../dist/bin/terminal/terminal.js'))});
const terminal = processTerminal();
const { signal, end } = interruptible();
const stay = setInterval(() => terminal[process.argv[1]]('working'), 10);
signal.addEventListener('abort', () => {
  clearInterval(stay);
  terminal.err('error: interrupted');
  end();
  process.exitCode = exitCode(1);
});
`;

it.each(['out', 'err'] as const)('ends work of whose %s the reader leaves as SIGPIPE would', async (name) => {
  const child = spawn(process.execPath, ['-e', watched, name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stream = name === 'out' ? child.stdout : child.stderr;
  await once(stream, 'data');
  stream.destroy();
  expect(await once(child, 'exit')).toEqual([141, null]);
});
