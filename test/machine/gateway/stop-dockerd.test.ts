import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isMachineOfCodeBuild } from '../../../lib/machine/gateway/code-build';
import { stopDockerd } from '../../../lib/machine/gateway/dockerd';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const codeBuild = { CODEBUILD_BUILD_ID: 'a:b', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.2/x' };
/** No process has it: it is more than the kernel gives. */
const nobody = 4_194_305;

it.each([
  [{}, false],
  [{ CODEBUILD_BUILD_ID: 'a:b' }, false],
  [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x' }, false],
  [codeBuild, true],
  [{ CODEBUILD_BUILD_ID: 'a:b', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/x' }, true],
])('a machine with %j is one of CodeBuild: %s', (environment, is) => {
  expect(isMachineOfCodeBuild(environment)).toBe(is);
});

it.each(['dockerd', 'containerd'])('ends %s on a machine of CodeBuild, and says so', async (name) => {
  const [daemon, other] = [started(name), started('docker-helper')];
  const processes = seenAs([daemon, other]);
  const ended = new Promise((end) => daemon.once('exit', (_, signal) => end(signal)));

  await stopDockerd({}, { processes });
  expect(await logOf(() => stopDockerd(codeBuild, { processes }))).toBe(
    'stopping the Docker daemon of this build machine\n',
  );

  expect(await ended).toBe('SIGKILL');
  expect([other.exitCode, other.signalCode]).toEqual([null, null]);
  expect(await logOf(() => stopDockerd(codeBuild, { processes }))).toBe('');
});

it('takes neither remains of a daemon nor names that only hold one for a daemon', async () => {
  const processes = temporaryFolder();
  stat(processes, String(nobody), '(dockerd) Z');
  stat(processes, String(nobody + 1), '(my dockerd) S');
  stat(processes, 'self1', '(dockerd) S');
  stat(processes, '1x', '(dockerd) S');
  mkdirSync(join(processes, String(nobody + 2)));

  expect(await logOf(() => stopDockerd(codeBuild, { processes, mostLooks: 0 }))).toBe('');
});

it('refuses to go on beside a daemon that does not end, with its number', async () => {
  const processes = temporaryFolder();
  stat(processes, String(nobody), '(dockerd) S');
  stat(processes, String(nobody + 1), '(containerd) D');

  const failure = stopDockerd(codeBuild, { processes, mostLooks: 2 }).catch((error) => error);
  expect(await logOf(() => failure)).toContain('stopping');
  expect(await failure).toMatchObject({
    name: 'CommandFailed',
    message: `cannot stop the Docker daemon of this build machine (process ${nobody}, ${nobody + 1})`,
  });
});

it('refuses to hide that a daemon may not be ended', async () => {
  const processes = temporaryFolder();
  stat(processes, String(nobody), '(dockerd) S');
  const denied = Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw denied;
  });
  const failure = stopDockerd(codeBuild, { processes, mostLooks: 0 }).catch((error) => error);
  await logOf(() => failure);
  kill.mockRestore();
  expect(await failure).toBe(denied);
});

/** A process that only waits, under this name. */
function started(name: string): ChildProcess {
  const program = join(temporaryFolder(), name);
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['3600'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** What the kernel says of these processes and of no others. */
function seenAs(children: readonly ChildProcess[]): string {
  const processes = temporaryFolder();
  for (const { pid } of children) symlinkSync(`/proc/${pid}`, join(processes, String(pid)));
  return processes;
}

function stat(processes: string, pid: string, text: string): void {
  mkdirSync(join(processes, pid));
  writeFileSync(join(processes, pid, 'stat'), `${pid.replace(/\D/g, '')} ${text} 1 2 3\n`);
}

async function logOf(work: () => Promise<unknown>): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await work();
  const printed = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  return printed;
}
