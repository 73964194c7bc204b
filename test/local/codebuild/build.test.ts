import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Build, type BuildOptions, reasonOf, runBuild } from '../../../lib/local/codebuild/build';
import { parseBuildspec } from '../../../lib/local/template/buildspec';
import type { Project } from '../../../lib/local/template/template';
import { processesIn } from '../namespace-processes';
import { temporaryFolder } from '../small-assembly';
import '../../fixtures/needs-root';

const never = new AbortController().signal;

function projectOf(commands: readonly string[], more: Partial<Project> = {}, variables: object = {}): Project {
  const spec = {
    version: '0.2',
    env: { variables, 'exported-variables': ['RESULT'] },
    phases: { build: { commands } },
  };
  return {
    name: 'Fetch',
    buildspec: parseBuildspec(JSON.stringify(spec), 'it'),
    environment: {},
    source: undefined,
    timeoutSeconds: 60,
    ...more,
  };
}

async function runIn(folder: string, project: Project, more: Partial<BuildOptions> = {}): Promise<Build> {
  return await runBuild({
    project,
    id: 'Fetch:run-1',
    environment: {},
    scratch: folder,
    log: join(folder, 'logs/Fetch.log'),
    onLine: () => undefined,
    signal: never,
    ...more,
  });
}

test('a build says what CodeBuild would: status, exported variables, phases', async () => {
  await using folder = await temporaryFolder();
  const build = await runIn(folder.path, projectOf(['export RESULT="$((6 * 7))"']));
  expect(build).toEqual({
    Id: 'Fetch:run-1',
    ProjectName: 'Fetch',
    BuildStatus: 'SUCCEEDED',
    ExportedEnvironmentVariables: [{ Name: 'RESULT', Value: '42' }],
    Phases: [{ PhaseType: 'BUILD', PhaseStatus: 'SUCCEEDED', Contexts: [] }],
    Logs: { DeepLink: join(folder.path, 'logs/Fetch.log'), Tail: ['$ export RESULT="$((6 * 7))"'] },
  });
});

test('the environment holds what a build may know and nothing of ours', async () => {
  process.env.SECRET_OF_OURS = 'x';
  process.env.no_proxy = 'example.test';
  await using folder = await temporaryFolder();
  const project = projectOf(
    ['env'],
    { environment: { A: 'project', B: 'project' } },
    { A: 'spec', B: 'spec', C: 'spec' },
  );
  await runIn(folder.path, project, { environment: { A: 'request' } });
  const lines = (await readFile(join(folder.path, 'logs/Fetch.log'), 'utf8')).split('\n');
  const variables = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));

  expect(variables).toMatchObject({ A: 'request', B: 'project', C: 'spec', no_proxy: 'example.test', LANG: 'C.UTF-8' });
  expect(variables).toMatchObject({ CODEBUILD_BUILD_ID: 'Fetch:run-1', CODEBUILD_BUILD_SUCCEEDING: '1' });
  expect(variables.TMPDIR).toMatch(folder.path);
  expect(variables.CODEBUILD_SRC_DIR).toBe(variables.PWD);
  expect(variables.PATH).toMatch(new RegExp(`^${dirname(process.execPath)}:`));
  expect(variables).not.toHaveProperty('SECRET_OF_OURS');
});

test('node is the one that runs us, whatever else the machine has', async () => {
  await using folder = await temporaryFolder();
  const build = await runIn(folder.path, projectOf(['export RESULT=$(node --version)']));
  expect(build.ExportedEnvironmentVariables).toEqual([{ Name: 'RESULT', Value: process.version }]);
});

test('the build works in a copy of its source, and nothing of it stays but the log', async () => {
  await using folder = await temporaryFolder();
  await using source = await temporaryFolder();
  const project = projectOf(['touch here "$TMPDIR/there"', 'export RESULT="$PWD"'], { source: source.path });
  const build = await runIn(folder.path, project);
  expect(existsSync(build.ExportedEnvironmentVariables[0]?.Value ?? '')).toBe(false);
  expect(await readdir(source.path)).toEqual([]);
  expect(await readdir(folder.path)).toEqual(['logs']);
});

test('a failed build says which command of which phase, how it ended, and its last lines', async () => {
  await using folder = await temporaryFolder();
  const build = await runIn(
    folder.path,
    projectOf(['seq 1 30', 'printf "progress 1\\rprogress 2\\nno space"; exit 9']),
  );
  expect(build.BuildStatus).toBe('FAILED');
  expect(reasonOf(build)).toMatch(/^BUILD: Error while executing command: printf .*\. Reason: exit status 9$/);
  expect(build.Logs.Tail).toHaveLength(20);
  expect(build.Logs.Tail.slice(-2)).toEqual(['progress 2', 'no space']);
  expect(await readdir(folder.path)).toEqual(['logs']);
});

test('every line is told once it is complete, and the log has every byte', async () => {
  await using folder = await temporaryFolder();
  const lines: string[] = [];
  await runIn(folder.path, projectOf(['printf ":: half"; printf " whole\\n\\377\\nlast"']), {
    onLine: (line) => lines.push(line),
  });
  expect(lines.slice(1)).toEqual([':: half whole', '\ufffd']);
  const log = await readFile(join(folder.path, 'logs/Fetch.log'));
  expect(log.subarray(-18)).toEqual(Buffer.from(':: half whole\n\xff\nlast', 'latin1').subarray(-18));
});

test('a build that takes longer than its project allows is ended', async () => {
  await using folder = await temporaryFolder();
  const build = await runIn(folder.path, projectOf(['sleep 1000'], { timeoutSeconds: 0.3 }));
  expect(build.BuildStatus).toBe('TIMED_OUT');
  expect(reasonOf(build)).toBe('the build exceeded the time limit of its project');
});

test('a signal ends a build with all that it started, and its mounts', async () => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  let namespace = '';
  const commands = ['mount -t tmpfs stop-test "$TMPDIR"; sleep 1000 &', 'readlink /proc/self/ns/pid', 'sleep 1000'];
  const build = await runIn(folder.path, projectOf(commands), {
    signal: stop.signal,
    onLine: (line) => {
      if (line.startsWith('pid:')) namespace = line;
      if (line === '$ sleep 1000') stop.abort();
    },
  });
  expect(build.BuildStatus).toBe('STOPPED');
  expect(reasonOf(build)).toBe('the build was stopped');
  expect(namespace).toMatch(/^pid:\[\d+\]$/);
  expect(await processesIn(namespace)).toEqual([]);
  expect(await readdir(folder.path)).toEqual(['logs']);
});

test('refuses to go on when the log has no space left', async () => {
  await using folder = await temporaryFolder();
  const project = projectOf(['echo a', 'exit 1', 'sleep 1000']);
  await expect(runIn(folder.path, project, { log: '/dev/full' })).rejects.toMatchObject({ name: 'DiskFull' });
  expect(await readdir(folder.path)).toEqual([]);
});
