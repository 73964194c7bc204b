import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callFunction } from '../../../lib/local/tasks/lambda';
import type { LocalFunction } from '../../../lib/local/template/template';
import { temporaryFolder } from '../small-assembly';

async function functionIn(folder: string, code: string, more: Partial<LocalFunction> = {}): Promise<LocalFunction> {
  await writeFile(join(folder, 'index.js'), code);
  return { name: 'Plan', folder, handler: 'index.handler', environment: {}, ...more };
}

test('a function gets its event and its context, and gives its result as JSON', async () => {
  await using folder = await temporaryFolder();
  const code = 'exports.handler = async (event, context) => ({ event, name: context.functionName, none: undefined })';
  const plan = await functionIn(folder.path, code);
  expect(await callFunction(plan, { a: 1 }, {})).toEqual({ event: { a: 1 }, name: 'Plan' });
});

test('variables are those of the template and the call, also while the code is loaded, and are put back', async () => {
  process.env.LAMBDA_A = 'ours';
  await using folder = await temporaryFolder();
  const code = 'const { LAMBDA_A, LAMBDA_B } = process.env; exports.handler = async () => [LAMBDA_A, LAMBDA_B]';
  const plan = await functionIn(folder.path, code, { environment: { LAMBDA_A: 'template', LAMBDA_B: 'template' } });

  expect(await callFunction(plan, {}, { LAMBDA_B: 'call' })).toEqual(['template', 'call']);
  expect(await callFunction(plan, {}, { LAMBDA_B: 'second call' })).toEqual(['template', 'second call']);
  expect([process.env.LAMBDA_A, process.env.LAMBDA_B]).toEqual(['ours', undefined]);
});

test('calls at the same time do not see the variables of each other', async () => {
  await using folder = await temporaryFolder();
  const code = 'exports.handler = async () => { await new Promise(setImmediate); return process.env.LAMBDA_C }';
  const plan = await functionIn(folder.path, code);
  const results = ['1', '2', '3'].map((LAMBDA_C) => callFunction(plan, {}, { LAMBDA_C }));
  expect(await Promise.all(results)).toEqual(['1', '2', '3']);
});

test('an error that a function throws keeps its name and message, and the next call works', async () => {
  await using folder = await temporaryFolder();
  const code = `exports.handler = async (fail) => {
    if (fail) throw Object.assign(new Error('no kernel'), { name: 'RequiredKernelFailed' });
  }`;
  const plan = await functionIn(folder.path, code);
  await expect(callFunction(plan, true, {})).rejects.toMatchObject({
    name: 'RequiredKernelFailed',
    message: 'no kernel',
  });
  expect(await callFunction(plan, false, {})).toBeNull();
});

test('a function that finds the disk full says so', async () => {
  await using folder = await temporaryFolder();
  const code = "exports.handler = () => require('node:fs').writeFileSync('/dev/full', 'x')";
  await expect(callFunction(await functionIn(folder.path, code), {}, {})).rejects.toMatchObject({ name: 'DiskFull' });
});

test('refuses a bundle without the handler', async () => {
  await using folder = await temporaryFolder();
  const plan = await functionIn(folder.path, 'exports.other = 1');
  await expect(callFunction(plan, {}, {})).rejects.toMatchObject({
    name: 'BadFormat',
    message: `function Plan has no handler index.handler in ${join(folder.path, 'index.js')}`,
  });
});
