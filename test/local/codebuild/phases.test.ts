import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PhasesOutcome, runPhases } from '../../../lib/local/codebuild/phases';
import { openShell } from '../../../lib/local/codebuild/shell';
import { parseBuildspec } from '../../../lib/local/template/buildspec';
import { processesIn } from '../namespace-processes';
import '../../fixtures/needs-root';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'phases-test-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Runs phases in a shell of their own; what they print is returned, without the commands' own lines. */
async function run(phases: object, exported: string[] = []): Promise<PhasesOutcome & { printed: string[] }> {
  const folder = await mkdtemp(join(root, 'run-'));
  const chunks: Buffer[] = [];
  const environment = { PATH: process.env.PATH ?? '', CODEBUILD_BUILD_SUCCEEDING: '1' };
  const spec = parseBuildspec(
    JSON.stringify({ version: '0.2', env: { 'exported-variables': exported }, phases }),
    'it',
  );
  const outcome = await (async () => {
    await using shell = await openShell({
      folder,
      cwd: folder,
      environment,
      onOutput: async (chunk) => void chunks.push(chunk),
    });
    return await runPhases(shell, spec);
  })();
  const lines = Buffer.concat(chunks).toString().split('\n').filter(Boolean);
  return { ...outcome, printed: lines.filter((line) => !line.startsWith('$ ')) };
}

test('commands of all phases run in one shell: variables, functions and the folder carry over', async () => {
  const { printed } = await run({
    install: { commands: ['A=1', 'f() { echo "f $A"; }'] },
    pre_build: { commands: ['mkdir inner; cd inner', 'export B=2'] },
    build: { commands: ['f', 'basename "$PWD"', 'sh -c "echo $B"'] },
  });
  expect(printed).toEqual(['f 1', 'inner', '2']);
});

test('the log shows each command before what it prints', async () => {
  const folder = await mkdtemp(join(root, 'log-'));
  const chunks: Buffer[] = [];
  {
    await using shell = await openShell({
      folder,
      cwd: folder,
      environment: { PATH: process.env.PATH ?? '' },
      onOutput: async (chunk) => void chunks.push(chunk),
    });
    await runPhases(shell, parseBuildspec(`{ version: 0.2, phases: { build: { commands: ["echo 'a b'"] } } }`, 'it'));
  }
  expect(Buffer.concat(chunks).toString()).toBe("$ echo 'a b'\na b\n");
});

test('a failed command ends its phase, and its finally still runs', async () => {
  const outcome = await run({ build: { commands: ['echo a', '(exit 3)', 'echo b'], finally: ['echo last'] } });
  expect(outcome.printed).toEqual(['a', 'last']);
  expect(outcome.phases).toEqual([{ name: 'build', failure: { command: '(exit 3)', exitStatus: 3 } }]);
});

test('an exit ends its command only, as on CodeBuild: what follows finds folder and environment again', async () => {
  const outcome = await run({
    pre_build: { commands: ['mkdir inner; cd inner; export A=1', 'exit 0', 'echo "$A $(basename "$PWD")"'] },
    build: { commands: ['exit 4'], finally: ['exit 5'] },
    post_build: { commands: ['echo post'] },
  });
  expect(outcome.printed).toEqual(['1 inner', 'post']);
  expect(outcome.phases.map(({ failure }) => failure?.exitStatus)).toEqual([undefined, 4, undefined]);
});

test.each(['install', 'pre_build'])('after a failed %s there is no build and no post_build', async (phase) => {
  const outcome = await run({
    [phase]: { commands: ['false'], finally: ['echo last'] },
    build: { commands: ['echo build'] },
    post_build: { commands: ['echo post'] },
  });
  expect(outcome.printed).toEqual(['last']);
  expect(outcome.phases.map(({ name }) => name)).toEqual([phase]);
});

test('after a failed build post_build runs and knows it', async () => {
  const say = 'echo "$0 $CODEBUILD_BUILD_SUCCEEDING" | cut -d " " -f 2';
  const outcome = await run({
    pre_build: { commands: [say] },
    build: { commands: ['false'], finally: [say] },
    post_build: { commands: [say] },
  });
  expect(outcome.printed).toEqual(['1', '0', '0']);
});

test('a failed finally fails its phase, and post_build knows it', async () => {
  const outcome = await run({
    build: { commands: ['true'], finally: ['false', 'echo more'] },
    post_build: { commands: ['echo $CODEBUILD_BUILD_SUCCEEDING'] },
  });
  expect(outcome.printed).toEqual(['0']);
  expect(outcome.phases[0]?.failure).toEqual({ command: 'false', exitStatus: 1 });
});

test('exported variables have the values of the end; those that are unset or not exported are left out', async () => {
  const outcome = await run(
    {
      build: { commands: ['export A=early NL="$(printf "a\\nb\\n")" E=; C=inner', 'set -eu'] },
      post_build: { commands: ['A=late'] },
    },
    ['A', 'B', 'C', 'NL', 'E'],
  );
  expect(outcome.exported).toEqual([
    { Name: 'A', Value: 'late' },
    { Name: 'NL', Value: 'a\nb' },
    { Name: 'E', Value: '' },
  ]);
});

test('a shell that replaces itself ends the build as failed', async () => {
  const outcome = await run({ build: { commands: ['exec true'], finally: ['echo never'] } }, ['A']);
  expect(outcome.phases).toEqual([{ name: 'build', failure: { command: 'exec true', exitStatus: undefined } }]);
  expect(outcome.printed).toEqual([]);
});

test('programs can open /dev/stdout and /dev/stderr, and standard input is empty', async () => {
  const outcome = await run({
    build: { commands: ['echo a > /dev/stderr', 'sh -c "echo b > /dev/stdout"', 'cat'] },
  });
  expect(outcome.printed).toEqual(['a', 'b']);
});

test('nothing of a megabyte of output is lost, though the build ends right after it', async () => {
  const outcome = await run({ build: { commands: ['seq 1 150000'] } });
  expect(outcome.printed).toHaveLength(150_000);
  expect(outcome.printed.at(-1)).toBe('150000');
});

test('a background process of the build ends with it', async () => {
  const folder = await mkdtemp(join(root, 'background-'));
  const pidfile = join(folder, 'namespace');
  await run({ build: { commands: [`sleep 1000 & readlink /proc/self/ns/pid > ${pidfile}`] } });
  expect(await processesIn(await readFile(pidfile, 'utf8'))).toEqual([]);
});
