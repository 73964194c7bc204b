import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { probedOf } from '../../lib/job/probe';
import { packagePath } from '../../lib/mirror/package-files';
import { probe } from '../../lib/stages/probe';
import { temporaryFolder } from '../fixtures/temporary-folder';

const names = ['machine', 'namespaces', 'loop', 'overlay', 'qemu'];

describe('the probe of a build machine', () => {
  it('tries all that the stages need, which this machine has', async () => {
    const { probes } = await probe({ scratch: temporaryFolder() });

    expect(probes.filter(({ ok }) => !ok)).toEqual([]);
    expect(probes.map(({ name }) => name)).toEqual(names);
    const said = Object.fromEntries(probes.map(({ name, evidence }) => [name, evidence]));
    expect(said.machine).toMatch(/^Linux \d+\.\d+\S* on \S+, [\d.]+ GiB of memory, \d+ GiB free$/);
    expect(said.loop).toBe('a squashfs is mounted by a loop device');
    expect(said.qemu).toMatch(/^qemu-system-x86_64 boots in [\d.]+ s$/);
  });

  it('says of each thing that is missing what it was', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const { probes } = await probe({ scratch: temporaryFolder() }).finally(() => vi.unstubAllEnvs());

    const missing = Object.fromEntries(probes.filter(({ ok }) => !ok).map(({ name, evidence }) => [name, evidence]));
    expect(missing).toEqual({
      namespaces: 'MissingTool: there is no program unshare on this machine',
      loop: 'MissingTool: there is no program mksquashfs on this machine',
      overlay: expect.stringMatching(/^\w+: .*probe\.squashfs/),
      qemu: 'MissingTool: there is no qemu-system-x86_64 on this machine',
    });
  });

  it('is a stage of the bundle, which needs no job and no store', () => {
    const cwd = temporaryFolder();
    const env = { PATH: process.env.PATH };

    const { status, stderr } = spawnSync(process.execPath, [packagePath('dist/assets/stage/stage.js'), 'probe'], {
      cwd,
      env,
      encoding: 'utf8',
    });

    expect([status, stderr]).toEqual([0, '']);
    const { probes } = probedOf(JSON.parse(readFileSync(join(cwd, 'result.json'), 'utf8')));
    expect(probes.map(({ name, ok }) => [name, ok])).toEqual(names.map((name) => [name, true]));
  });
});
