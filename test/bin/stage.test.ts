import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BuildRequest } from '../../lib/job/build-request';
import { buildVariable, jobVariables, stringsOf, workStoreVariable } from '../../lib/job/environment';
import { jobOfStrings } from '../../lib/job/job-of';
import { runs } from '../../lib/job/layout';
import { planOf } from '../../lib/job/plan';
import { makeSquashfs, passingCompression } from '../../lib/machine/tree/squashfs';
import { asNobody } from '../fixtures/programs/as-nobody';
import { temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-root';

const secret = '0123456789abcdef';
const folder = `run-1-${secret}`;
const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'], base: '/nowhere/base.squashfs' });
const job = jobOfStrings(planOf(request, 'run-1', folder).architectures[0]?.job ?? {});
const environment = Object.fromEntries(
  Object.entries(stringsOf(job)).map(([field, value]) => [jobVariables[field as keyof typeof jobVariables], value]),
);

/** Runs a stage as a build does, in a folder of its own. */
function stage(
  name: string,
  work: string,
  more: Readonly<Record<string, string>> = {},
  prefix: readonly string[] = [],
) {
  const cwd = temporaryFolder();
  const { PATH } = process.env;
  const env = { PATH, ...environment, [workStoreVariable]: work, [buildVariable]: 'Fetch:1', ...more };
  const program = join(__dirname, '../../dist/assets/stage/stage.js');
  const [command = '', ...args] = [...prefix, process.execPath, program, name];
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  return { status, said: stdout + stderr, left: readdirSync(cwd) };
}

function withRequest(text: string): string {
  const work = temporaryFolder();
  mkdirSync(join(work, runs.prefix(folder)), { recursive: true });
  writeFileSync(join(work, runs.request(folder)), text);
  return work;
}

function orderInACircle(): string {
  const work = temporaryFolder();
  mkdirSync(join(work, runs.prefix(folder)), { recursive: true });
  symlinkSync('request.json', join(work, runs.request(folder)));
  return work;
}

it.each<[string, () => string, RegExp]>([
  ['an order that is not there', () => temporaryFolder(), /NoSuchObject: .*runs\/run-1-…\/request\.json/],
  ['an order that is no order', () => withRequest('{}'), /BadInput: the build request of run-1 is not valid/],
  ['an order that cannot be read, of which nobody foresaw the error', orderInACircle, /ELOOP/],
  ['a base that is not there', () => withRequest(JSON.stringify(request)), /BadImage: .*base\.squashfs/],
])('a stage refuses %s, and prints no folder of an execution', (_, work, message) => {
  const { status, said, left } = stage('fetch', work());

  expect(status).not.toBe(0);
  expect(said).toMatch(message);
  expect(said).not.toContain(secret);
  expect(left).toEqual([]);
});

it.each([
  ['outside of a build', { [buildVariable]: '' }, /CODEBUILD_BUILD_ID is "", not a build id/],
  ['a build whose id leads elsewhere', { [buildVariable]: 'Fetch:../../x' }, /CODEBUILD_BUILD_ID is/],
  ['a job without a folder', { MIRROR_FOLDER: 'run-1' }, /MIRROR_FOLDER is "run-1": not the folder of an execution/],
  ['a build of somewhere else', { MIRROR_BASE: '../other' }, /MIRROR_BASE is "\.\.\/other": not a build id/],
])('a stage refuses %s', (_, variables, message) => {
  const { status, said } = stage('fetch', withRequest(JSON.stringify(request)), variables);

  expect(status).not.toBe(0);
  expect(said).toMatch(message);
});

it('fetches an image of an architecture that this machine has no emulator of', async () => {
  const [tree, work] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(tree, 'var/lib/dpkg'), { recursive: true });
  const fields = ['Package: base-files', 'Status: install ok installed', 'Architecture: riscv64', 'Version: 13'];
  writeFileSync(join(tree, 'var/lib/dpkg/status'), `${fields.join('\n')}\n`);
  const base = `${tree}.squashfs`;
  await makeSquashfs(tree, base, { compression: passingCompression, epoch: 1_700_000_000 });
  mkdirSync(join(work, runs.prefix(folder)), { recursive: true });
  const noble = BuildRequest.parse({
    release: 'noble',
    architectures: ['riscv64'],
    kernels: { required: ['ga'] },
    base,
  });
  writeFileSync(join(work, runs.request(folder)), JSON.stringify(noble));

  // No rules from which a program of another architecture could be run.
  const hide = 'for each in /usr/lib/binfmt.d /usr/share/binfmts; do [ ! -d $each ] || mount -t tmpfs none $each; done';
  const machine = ['unshare', '--mount', 'sh', '-ec', `${hide}; exec "$@"`, 'sh'];
  const variables = { MIRROR_RELEASE: 'noble', MIRROR_ARCHITECTURE: 'riscv64' };
  const { status, said } = stage('fetch', work, variables, machine);

  expect(said).toContain('base image');
  expect(status, said).toBe(0);
  rmSync(base);
});

it('forges no progress by what its error quotes', () => {
  const env = { PATH: process.env.PATH, ...environment, MIRROR_BUNDLES: 'theirs\n:: published\u001b[2K' };
  const program = join(__dirname, '../../dist/assets/stage/stage.js');
  const { stderr, stdout } = spawnSync(process.execPath, [program, 'fetch'], {
    ...{ cwd: temporaryFolder(), env, encoding: 'utf8' },
  });

  expect(stderr).toContain('but theirs\n :: published are deployed now\n');
  expect(stdout).toBe('');
});

const started = (words: readonly string[], prefix: readonly string[] = []) => {
  const program = join(__dirname, '../../dist/assets/stage/stage.js');
  const [command = '', ...args] = [...prefix, process.execPath, program, ...words];
  const ran = spawnSync(command, args, { cwd: temporaryFolder(), encoding: 'utf8' });
  return [ran.status, String(ran.stderr).trimEnd().split('\n'), ran.stdout];
};

it('refuses a name of no stage as misuse, and says which there are', () => {
  const stages = '  the stages are fetch, upgrade, prepare, extract, boot-test, bootloaders, probe';
  expect(started(['fetsh'])).toEqual([2, ['error BadInput: unknown stage "fetsh"', stages], '']);
  expect(started([])).toEqual([2, ['error BadInput: unknown stage ""', stages], '']);
});

it('refuses to run as somebody who cannot mount', () => {
  expect(started(['fetch'], asNobody)).toEqual([
    1,
    [
      'error NotRoot: stages mount file systems and must run as root; this is user 65534',
      '  run it with sudo, or in a privileged container',
    ],
    '',
  ]);
});
