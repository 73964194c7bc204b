import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { probedMachines, probedOf } from '../../lib/job/probe';
import { packagePath } from '../../lib/mirror/package-files';
import { probe } from '../../lib/stages/probe';
import { environment } from '../fixtures/fake-aws';
import { temporaryFolder } from '../fixtures/temporary-folder';

const names = ['machine', 'namespaces', 'filter', 'limits', 'loop', 'overlay', 'credentials', 'qemu'];

describe('the probe of a build machine', () => {
  it('tries all that the stages need, which this machine has', async () => {
    const { probes } = await probe({ scratch: temporaryFolder(), tools: 'buildspecs' });

    expect(probes.filter(({ ok }) => !ok)).toEqual([]);
    expect(probes.map(({ name }) => name)).toEqual(names);
    const said = Object.fromEntries(probes.map(({ name, evidence }) => [name, evidence]));
    expect(said.machine).toMatch(/^Linux \d+\.\d+\S* on \S+, [\d.]+ GiB of memory, \d+ GiB free$/);
    expect(said.filter).toBe('system calls of package scripts are filtered');
    expect(said.limits).toMatch(/^memory: a \w+, processes: a \w+, one file: 16 GiB/);
    expect(said.loop).toBe('a squashfs is mounted by a loop device');
    expect(said.credentials).toBe('no machine of CodeBuild, so no address that gives credentials away is closed');
    expect(said.qemu).toMatch(/^qemu-system-x86_64 boots in [\d.]+ s$/);
  });

  it('says of each thing that is missing what it was', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const { probes } = await probe({ scratch: temporaryFolder(), tools: 'buildspecs' }).finally(() =>
      vi.unstubAllEnvs(),
    );

    const missing = Object.fromEntries(probes.filter(({ ok }) => !ok).map(({ name, evidence }) => [name, evidence]));
    expect(missing).toEqual({
      namespaces: 'MissingTool: there is no program unshare on this machine',
      filter: 'MissingTool: there is no program perl on this machine',
      limits: 'MissingTool: there is no program perl on this machine',
      loop: 'MissingTool: there is no program mksquashfs on this machine',
      overlay: expect.stringMatching(/^\w+: .*probe\.squashfs/),
      qemu: 'MissingTool: there is no qemu-system-x86_64 on this machine',
    });
  });

  it('closes the addresses of credentials on a machine of CodeBuild, and opens them again', async () => {
    onCodeBuild();
    const log = fakeIp('exit 0');

    expect(await probed('credentials')).toEqual({
      name: 'credentials',
      ok: true,
      evidence: 'a machine of CodeBuild, where the addresses that give credentials away can be closed',
    });
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
      'rule add pref 1 to 169.254.170.2/32 unreachable',
      'rule add pref 1 to 169.254.169.254/32 unreachable',
      'rule delete pref 1 to 169.254.170.2/32 unreachable',
      'rule delete pref 1 to 169.254.169.254/32 unreachable',
    ]);
  });

  it('says so where they cannot be closed there', async () => {
    onCodeBuild();
    fakeIp('echo "RTNETLINK answers: Operation not permitted" >&2; exit 2');

    expect(await probed('credentials')).toEqual({
      name: 'credentials',
      ok: false,
      evidence: expect.stringMatching(/^CommandFailed: ip rule .*Operation not permitted/s),
    });
  });

  it('tries no emulator where no boot tests run', async () => {
    const { probes } = await probe({
      scratch: temporaryFolder(),
      tools: 'buildspecs',
      stages: probedMachines.arm.stages,
    });

    expect(probes.map(({ name }) => name)).toEqual(names.filter((name) => name !== 'qemu'));
  });

  it.each([
    ['needs no job and no store', {}, names],
    [
      'is told for which stages the machine is',
      { MIRROR_PROBED_STAGES: 'prepare extract' },
      names.filter((name) => name !== 'qemu'),
    ],
  ])('is a stage of the bundle, which %s', (_, variables, expected) => {
    const cwd = temporaryFolder();
    const env = { PATH: process.env.PATH, ...variables };

    const { status, stderr } = spawnSync(process.execPath, [packagePath('dist/assets/stage/stage.js'), 'probe'], {
      cwd,
      env,
      encoding: 'utf8',
    });

    expect([status, stderr]).toEqual([0, '']);
    const { probes } = probedOf(JSON.parse(readFileSync(join(cwd, 'result.json'), 'utf8')));
    expect(probes.map(({ name, ok }) => [name, ok])).toEqual(expected.map((name) => [name, true]));
  });
});

async function probed(name: string) {
  const { probes } = await probe({ scratch: temporaryFolder(), tools: 'buildspecs', stages: [] });
  return probes.find((one) => one.name === name);
}

function onCodeBuild(): void {
  environment({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/x', CODEBUILD_BUILD_ID: 'boot-test:1' });
}

/** The rules of the machine that runs the tests are not ours to change. @returns a file with what it was called with */
function fakeIp(ending: string): string {
  const folder = temporaryFolder();
  const log = join(folder, 'log');
  writeFileSync(join(folder, 'ip'), `#!/bin/sh\necho "$@" >>'${log}'\n${ending}\n`, { mode: 0o755 });
  environment({ PATH: `${folder}:${process.env.PATH}` });
  return log;
}
