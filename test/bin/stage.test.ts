import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildVariable, jobOfStrings, jobVariables, stringsOf, workStoreVariable } from '../../lib/job/environment';
import { runs } from '../../lib/job/layout';
import { Order } from '../../lib/job/order';
import { planOf } from '../../lib/job/plan';
import { temporaryFolder } from '../fixtures/temporary-folder';

const secret = '0123456789abcdef';
const folder = `run-1-${secret}`;
const order = Order.parse({ release: 'bookworm', architectures: ['amd64'], base: '/nowhere/base.squashfs' });
const job = jobOfStrings(planOf(order, 'run-1', folder).architectures[0]?.job ?? {});
const environment = Object.fromEntries(
  Object.entries(stringsOf(job)).map(([field, value]) => [jobVariables[field as keyof typeof jobVariables], value]),
);

/** Runs a stage as a build does, in a folder of its own. */
function stage(name: string, work: string, more: Readonly<Record<string, string>> = {}) {
  const cwd = temporaryFolder();
  const { PATH } = process.env;
  const env = { PATH, ...environment, [workStoreVariable]: work, [buildVariable]: 'Fetch:1', ...more };
  const program = join(__dirname, '../../dist/assets/stage/stage.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, name], { cwd, env, encoding: 'utf8' });
  return { status, said: stdout + stderr, left: readdirSync(cwd) };
}

function withOrder(text: string): string {
  const work = temporaryFolder();
  mkdirSync(join(work, runs.prefix(folder)), { recursive: true });
  writeFileSync(join(work, runs.order(folder)), text);
  return work;
}

function orderInACircle(): string {
  const work = temporaryFolder();
  mkdirSync(join(work, runs.prefix(folder)), { recursive: true });
  symlinkSync('order.json', join(work, runs.order(folder)));
  return work;
}

it.each<[string, () => string, RegExp]>([
  ['an order that is not there', () => temporaryFolder(), /NoSuchObject: .*runs\/run-1-…\/order\.json/],
  ['an order that is no order', () => withOrder('{}'), /BadInput: the order of run-1 is wrong/],
  ['an order that cannot be read, of which nobody foresaw the error', orderInACircle, /ELOOP/],
  ['a base that is not there', () => withOrder(JSON.stringify(order)), /BadImage: .*base\.squashfs/],
])('a stage refuses %s, and prints no folder of an execution', (_, work, message) => {
  const { status, said, left } = stage('fetch', work());

  expect(status).not.toBe(0);
  expect(said).toMatch(message);
  expect(said).not.toContain(secret);
  expect(left).toEqual([]);
});

it.each([
  ['outside of a build', { [buildVariable]: '' }, /CODEBUILD_BUILD_ID is "", no id of a build/],
  ['a build whose id leads elsewhere', { [buildVariable]: 'Fetch:../../x' }, /CODEBUILD_BUILD_ID is/],
  ['a job without a folder', { MIRROR_FOLDER: 'run-1' }, /MIRROR_FOLDER is "run-1": no folder of an execution/],
  ['a build of somewhere else', { MIRROR_BASE: '../other' }, /MIRROR_BASE is "\.\.\/other": no id of a build/],
])('a stage refuses %s', (_, variables, message) => {
  const { status, said } = stage('fetch', withOrder(JSON.stringify(order)), variables);

  expect(status).not.toBe(0);
  expect(said).toMatch(message);
});

it('forges no progress by what its error quotes', () => {
  const env = { PATH: process.env.PATH, ...environment, MIRROR_BUNDLES: 'theirs\n:: published\u001b[2K' };
  const program = join(__dirname, '../../dist/assets/stage/stage.js');
  const { stderr, stdout } = spawnSync(process.execPath, [program, 'fetch'], {
    ...{ cwd: temporaryFolder(), env, encoding: 'utf8' },
  });

  expect(stderr).toContain('deployed are theirs\n :: published\n');
  expect(stdout).toBe('');
});
