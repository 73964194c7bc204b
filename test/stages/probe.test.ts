import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { probedOf } from '../../lib/job/aws/probe';
import { probedMachines } from '../../lib/job/aws/probe-targets';
import { packagePath } from '../../lib/mirror/package-files';
import { probe } from '../../lib/stages/probe';
import { temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-root';

const names = ['machine', 'namespaces', 'filter', 'limits', 'loop', 'overlay', 'network', 'qemu'];

describe('the probe of a build machine', () => {
  it('tries all that the stages need, which this machine has', async () => {
    const { probes } = await probe({ scratch: temporaryFolder(), tools: 'buildspecs' });

    expect(probes.filter(({ ok }) => !ok)).toEqual([]);
    expect(probes.map(({ name }) => name)).toEqual(names);
    const said = Object.fromEntries(probes.map(({ name, evidence }) => [name, evidence]));
    expect(said.machine).toMatch(/^Linux \d+\.\d+\S* on \S+, [\d.]+ GiB of memory, \d+ GiB of disk free$/);
    expect(said.filter).toBe('system calls of package scripts are filtered');
    expect(said.limits).toMatch(/^memory: a \w+, processes: a \w+, file size: 16 GiB/);
    expect(said.loop).toBe('a squashfs was mounted with a loop device');
    expect(said.network).toBe('programs in an image reach only the sources of their build');
    expect(said.qemu).toMatch(/^qemu-system-x86_64 boots in [\d.]+ s$/);
  });

  it('says of each thing that is missing what it was', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const { probes } = await probe({ scratch: temporaryFolder(), tools: 'buildspecs' }).finally(() =>
      vi.unstubAllEnvs(),
    );

    const missing = Object.fromEntries(probes.filter(({ ok }) => !ok).map(({ name, evidence }) => [name, evidence]));
    expect(missing).toEqual({
      namespaces: 'MissingTool: unshare is not installed',
      filter: 'MissingTool: perl is not installed',
      limits: 'MissingTool: perl is not installed',
      loop: 'MissingTool: mksquashfs is not installed',
      overlay: expect.stringMatching(/^\w+: .*probe\.squashfs/),
      network: 'MissingTool: unshare is not installed',
      qemu: 'MissingTool: qemu-system-x86_64 is not installed',
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

  it('is told by the state machine to try its store, its sources and programs of other architectures', () => {
    const cwd = temporaryFolder();
    const env = {
      PATH: process.env.PATH,
      MIRROR_EXECUTION: 'probe-x86-1',
      CODEBUILD_BUILD_ID: 'prepare:1234',
      MIRROR_WORK_STORE: join(cwd, 'work'),
      MIRROR_PROBED_STAGES: 'extract',
      MIRROR_PROBED_FOREIGN: 'arm64 armhf',
      MIRROR_PROBED_SOURCES: JSON.stringify({ documents: [], untried: 'too many' }),
    };

    const probes = probesIn(cwd, env);

    expect(probes.slice(7)).toEqual([
      {
        name: 'binfmt',
        ok: true,
        evidence:
          'interpreters for other architectures can be registered: arm64 (qemu-aarch64-static), armhf (qemu-arm-static)',
      },
      { name: 'sources', ok: true, evidence: 'not tested: too many' },
      // A folder has no role that would refuse it.
      { name: 'objects', ok: false, evidence: expect.stringMatching(/^NotSupported: a write without If-None-Match/) },
    ]);
    const made = 'work/runs/probe-x86-1/1234/with-condition';
    expect(readFileSync(join(cwd, made), 'utf8')).toBe('written by maas-mirror doctor\n');
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

    const probes = probesIn(cwd, env);

    expect(probes.map(({ name, ok }) => [name, ok])).toEqual(expected.map((name) => [name, true]));
  });
});

/** Of the stage as it is in the bundle. */
function probesIn(cwd: string, env: NodeJS.ProcessEnv) {
  const { status, stderr } = spawnSync(process.execPath, [packagePath('dist/assets/stage/stage.js'), 'probe'], {
    cwd,
    env,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return probedOf(JSON.parse(readFileSync(join(cwd, 'result.json'), 'utf8'))).probes;
}
