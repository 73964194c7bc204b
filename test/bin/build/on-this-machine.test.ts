import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type BuildOptions, runBuild } from '../../../bin/build/on-this-machine';
import { makePrivateKey } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-root';

let key: string;
beforeAll(async () => {
  key = await makePrivateKey({ at: new Date('2026-11-20T00:00:00Z'), rsaBits: 2048 });
});

/** A folder with a key, and in which a mirror is to be made. */
function place() {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'key.asc'), key, { mode: 0o600 });
  return { folder, mirror: join(folder, 'mirror'), work: join(folder, 'mirror.work'), key: join(folder, 'key.asc') };
}

async function build(releases: readonly string[], options: BuildOptions, onLine = (_line: string) => {}) {
  const terminal = keptTerminal();
  const err = (line: string) => {
    terminal.err(line);
    onLine(line);
  };
  const given = { bootloaders: false, arch: 'amd64', ...options };
  const ended = runBuild(releases, given, { ...terminal, err });
  return { ended, ...terminal };
}

describe('a build on this machine', () => {
  it('says what it builds, what failed and where the logs are, and hands nothing on for longer than that', async () => {
    await using site = await serve(temporaryFolder());
    const { mirror, work, key } = place();
    const download = join(work, 'cache', '0'.repeat(64));
    mkdirSync(join(work, 'runs/old-20261001T000000-01234567-0123456789abcdef'), { recursive: true });
    mkdirSync(join(work, 'cache'));
    writeFileSync(download, '');
    for (const one of [download, join(work, 'runs', readdirSync(join(work, 'runs'))[0] ?? '')]) {
      utimesSync(one, 1_700_000_000, 1_700_000_000);
    }

    const { ended, errLines, outLines } = await build(['noble'], { mirror, key, stream: site.address });

    expect(await ended).toBe(1);
    const [execution = ''] = readdirSync(join(work, 'logs'));
    const logs = join(work, 'logs', execution);
    expect(errLines.slice(0, 4)).toEqual([
      expect.stringMatching(/^disk: about [\d.]+ GB needed for .*mirror\.work and .*mirror, [\d.]+ GB free/),
      `building noble into view candidate of ${mirror}`,
      '  noble is 24.04 LTS (catalogue)',
      'Plan …',
    ]);
    expect(errLines.at(-1)).toBe(`  full log: ${logs}/Fetch-amd64.log`);
    expect(outLines).toEqual([
      '✗ noble: build failed (see above); previously published images are unchanged',
      `  logs         ${logs}`,
    ]);
    expect(readdirSync(logs)).toContain('Fetch-amd64.log');
    expect(readdirSync(join(work, 'runs'))).toEqual([]);
    expect(existsSync(download)).toBe(false);
    expect(readdirSync(mirror)).toContain('format.json');
  });

  it('takes a release of Debian from where this machine’s apt takes it, and says where the logs are when it is interrupted', async () => {
    const { mirror, work, key } = place();
    vi.stubEnv(
      'PATH',
      `${withProgram('apt-get', 'echo http://d.example/debian bookworm main Debian')}:${process.env.PATH}`,
    );
    onTestFinished(() => void vi.unstubAllEnvs());
    const interrupt = new AbortController();
    const handed: unknown[] = [];
    const { ended, errLines } = await build(['bookworm'], { mirror, key, signal: interrupt.signal }, (line) => {
      if (!line.startsWith('Plan done')) return;
      const [run = ''] = readdirSync(join(work, 'runs'));
      handed.push(
        statSync(join(work, 'runs')).mode & 0o777,
        JSON.parse(readFileSync(join(work, 'runs', run, 'request.json'), 'utf8')),
      );
      interrupt.abort();
    });

    await expect(ended).rejects.toMatchObject({ name: 'Interrupted' });
    const aptSources = [{ uri: 'http://d.example/debian', suite: 'bookworm', components: ['main'] }];
    expect(handed).toEqual([0o700, expect.objectContaining({ release: 'bookworm', aptSources })]);
    expect(errLines.at(-1)).toBe(`logs so far: ${join(work, 'logs', readdirSync(join(work, 'logs'))[0] ?? '')}`);
    expect(readdirSync(join(work, 'runs'))).toEqual([]);
  });

  it.each<[string, readonly string[], Partial<BuildOptions>]>([
    ['an archive that it is given', ['bookworm'], { archive: 'http://a.example/debian' }],
    ['the stream, which is Ubuntu’s', ['noble'], {}],
  ])('asks its own apt for nothing where it takes a release from %s', async (_, releases, options) => {
    const { work, ...places } = place();
    const asked = join(temporaryFolder(), 'asked');
    vi.stubEnv('PATH', `${withProgram('apt-get', `echo "$*" >>${asked}`)}:${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());

    const { ended } = await build(releases, { ...places, ...options, signal: AbortSignal.abort() });

    await expect(ended).rejects.toMatchObject({ name: 'Interrupted' });
    expect(existsSync(asked) ? readFileSync(asked, 'utf8') : '').not.toContain('indextargets');
  });

  it('gives two builds of one order that begin in the same second a name each', async () => {
    const { work, ...places } = place();
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-25T10:00:00Z') });
    onTestFinished(() => void vi.useRealTimers());

    for (let count = 0; count < 3; count++) {
      const { ended } = await build(['noble'], { ...places, signal: AbortSignal.abort() });
      await expect(ended).rejects.toMatchObject({ name: 'Interrupted' });
    }

    expect(readdirSync(join(work, 'logs')).toSorted()).toEqual([
      expect.stringMatching(/^noble-20261125T100000-[0-9a-f]{8}$/),
      expect.stringMatching(/^noble-20261125T100000-[0-9a-f]{8}-2$/),
      expect.stringMatching(/^noble-20261125T100000-[0-9a-f]{8}-3$/),
    ]);
  });

  it('builds one release after the other, and leaves the rest when it is interrupted', async () => {
    const { work, ...places } = place();
    const { ended, errLines } = await build(['noble', 'jammy'], {
      ...{ ...places, bootloaders: true, signal: AbortSignal.abort() },
    });
    await expect(ended).rejects.toMatchObject({ name: 'Interrupted' });
    expect(errLines.filter((line) => line.startsWith('building'))).toEqual([
      `building noble into view candidate of ${places.mirror}`,
    ]);
    expect(readdirSync(join(work, 'logs'))).toHaveLength(1);
  });
});

describe('a build on this machine, before it makes anything,', () => {
  it.each<[string, Partial<BuildOptions>, string, RegExp]>([
    ['an address to serve at that is none', { listen: 'foo' }, 'BadInput', /^--listen foo: not a valid address$/],
    ['an address of another machine', { serve: true, listen: '192.0.2.1:80' }, 'BadInput', /not an address of this/],
    ['a base that is not there', { base: '/no/such' }, 'BadImage', /^--base: \/no\/such is not a valid squashfs/],
    [
      'a mirror elsewhere',
      { mirror: 's3://bucket' },
      'BadInput',
      /^--mirror "s3:\/\/bucket" is not a folder of this machine$/,
    ],
    ['a work folder of the system', { work: '/var' }, 'ForeignDirectory', /^--work \/var is a system folder$/],
    [
      'a configuration that is not there',
      { config: '/no/such.yaml', arch: undefined },
      'BadInput',
      /^--config names \/no/,
    ],
  ])('refuses %s', async (_, options, name, message) => {
    const { folder, work, ...places } = place();
    const { bootloaders: _without, ...given } = { bootloaders: false, ...places, ...options } as BuildOptions;
    const refused = runBuild(['noble'], given, keptTerminal());

    await expect(refused).rejects.toMatchObject({ name, message: expect.stringMatching(message), misuse: true });
    expect(readdirSync(folder)).toEqual(['key.asc']);
  });

  it('refuses to run as somebody who is not root', async () => {
    const { folder, work, ...places } = place();
    const user = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    onTestFinished(() => user.mockRestore());

    await expect((await build(['noble'], places)).ended).rejects.toMatchObject({
      name: 'NotRoot',
      message: 'a build mounts file systems and installs packages, so it must run as root; this is user 1000',
      hint: 'run: sudo npx maas-mirror build …',
    });
    expect(readdirSync(folder)).toEqual(['key.asc']);
  });

  it('refuses a folder for temporary files that cannot be used', async () => {
    const { folder, work, ...places } = place();
    vi.stubEnv('TMPDIR', '/no/such/folder');
    onTestFinished(() => void vi.unstubAllEnvs());

    await expect((await build(['noble'], places)).ended).rejects.toMatchObject({
      name: 'BadInput',
      message: 'cannot use /no/such/folder for temporary files: it does not exist',
    });
    expect(readdirSync(folder)).toEqual(['key.asc']);
  });
});

/** A folder for PATH with one program. */
function withProgram(name: string, script: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}
