import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../lib/machine/run';
import { type SmallRelease, serveArchive, smallRelease } from '../fixtures/images/small-release';
import { signArchive } from '../fixtures/images/small-release/archive';
import { asNobody } from '../fixtures/programs/as-nobody';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { frontDoor, maasMirror } from './cli';
import { ownData, smallRequest } from './small-request';

let small: SmallRelease;
beforeAll(async () => {
  small = await smallRelease();
});

/** Whether a view of the mirror in this folder has an index. */
const published = (folder: string) => existsSync(join(folder, 'mirror/candidate/streams/v1/index.sjson'));

describe('a build that cannot be', () => {
  it.each([
    [
      'an unknown release',
      ['build', 'bookwurm'],
      /error: unknown release "bookwurm"; known releases: xenial.*noble.*bookworm/,
    ],
    [
      'an unknown architecture',
      ['build', 'noble', '--arch', 'sparc'],
      /error: noble has no architecture "sparc"; it has amd64/,
    ],
    [
      'an unknown kernel',
      ['build', 'bookworm', '--arch', 'amd64', '--kernel', 'hwe'],
      /error: .*amd64 has generic, cloud, rt/,
    ],
    [
      'a kernel that is not built',
      ['build', 'jammy', '--arch', 'arm64', '--kernel', 'xgene-uboot'],
      /error: kernel xgene-uboot/,
    ],
    ['a view with a bad name', ['build', 'bookworm', '--view', 'Bad/View'], /error: invalid --view "Bad\/View"/],
    [
      'a keyring without an archive',
      ['build', 'bookworm', '--archive-keyring', 'k.gpg'],
      /error: --archive-keyring k.gpg requires --archive/,
    ],
    [
      'a keyring that is a text',
      ['build', 'bookworm', '--archive', 'http://127.0.0.1:9', '--archive-keyring', join(__dirname, 'cli.ts')],
      /error: --archive-keyring names .*cli\.ts, which is not a keyring\n {2}give .*gpg --export/,
    ],
    [
      'a view that lies beside views',
      ['build', 'bookworm', '--view', 'pool'],
      /error: invalid --view "pool": is a reserved name, as are pool, snapshots, bootloaders and pages/,
    ],
    [
      'a kernel of the bootloaders',
      ['build', 'bootloaders', '--kernel', 'ga'],
      /error: --kernel cannot be used for bootloaders alone/,
    ],
    [
      'a configuration that does not exist',
      ['build', '--config', 'mirror.yaml'],
      /error: --config names mirror\.yaml, which cannot be read/,
    ],
    [
      'a proxy that would be a setting of apt',
      ['build', 'bookworm', '--proxy', 'http://robot:hush@x";APT::Update::Pre-Invoke{"id";};//'],
      /error: invalid --proxy "http:\/\/x.*: must be an http or https URL/,
    ],
    [
      'a mirror where no folder is',
      ['build', 'bookworm', '--mirror', '/no/such/mirror'],
      /error: .*\/no\/such is not an existing folder/,
    ],
    [
      'a base that is not there',
      ['build', 'bookworm', '--base', 'no.squashfs'],
      /error: --base: \/.*\/no\.squashfs is no/,
    ],
    ['a base that is a tree', ['build', 'bookworm', '--base', '/usr'], /error: --base: \/usr is a folder\n {2}pack it/],
    [
      'a work folder below /proc',
      ['build', 'bookworm', '--work', '/proc/work'],
      /error: --work \/proc\/work cannot be/,
    ],
    ['a mirror below /proc', ['build', 'bookworm', '--mirror', '/proc/m'], /error: --mirror \/proc\/m cannot be/],
    ['a mirror in a bucket', ['build', 'bookworm', '--mirror', 's3://m'], /error: --mirror "s3:\/\/m" is not a folder/],
    ['a key that is a folder', ['build', 'bookworm', '--key', '/usr'], /error: the private key \/usr is not a file/],
    [
      'an address that is none',
      ['build', 'bookworm', '--serve', '--listen', 'foo'],
      /error: --listen foo: not a valid address/,
    ],
    [
      'an address of another machine',
      ['build', 'bookworm', '--serve', '--listen', '192.0.2.1:80'],
      /error: --listen 192\.0\.2\.1:80: not an address of this machine/,
    ],
    ['a fingerprint that is none', ['verify', '.', '--fingerprint', 'ABCD'], /error: --fingerprint "ABCD": not/],
    [
      'a keyring that is not there',
      ['verify', '.', '--keyring', 'k.gpg'],
      /error: --keyring names k\.gpg, which cannot/,
    ],
    ['no release at all', ['build'], /error: no release given\n {2}name releases, .*--config mirror.yaml/],
  ])('refuses %s, as misuse, and makes nothing', async (_, words, message) => {
    const cwd = temporaryFolder();
    const { code, out, err } = await maasMirror(words, { cwd, env: ownData(cwd) });

    expect(err).toMatch(message);
    expect(err).not.toContain('hush');
    expect({ code, out, left: readdirSync(cwd) }).toEqual({ code: 2, out: '', left: [] });
  });

  it('refuses another user than root', async () => {
    const cwd = temporaryFolder();
    chmodSync(cwd, 0o777);
    const { code, err } = await maasMirror(['build', 'bookworm'], { cwd, env: ownData(cwd), wrapper: asNobody });

    expect(err).toMatch(/error: .*this is user 65534\n {2}run: sudo/);
    expect({ code, left: readdirSync(cwd) }).toEqual({ code: 1, left: [] });
  });

  it('refuses the folder of another tool', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'mirror'));
    writeFileSync(join(cwd, 'mirror/Release'), 'of an apt mirror');
    const { code, err } = await maasMirror(['build', 'bookworm'], { cwd, env: ownData(cwd) });

    expect(err).toMatch(/error: .*mirror is not a mirror \(it has no format\.json\)/);
    expect({ code, left: readdirSync(join(cwd, 'mirror')) }).toEqual({ code: 1, left: ['Release'] });
  });

  it('refuses a private key that others can read, and one inside the mirror', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'key.asc'), 'secret', { mode: 0o644 });
    const open = await maasMirror(['build', 'bookworm', '--key', 'key.asc'], { cwd });
    const inside = await maasMirror(['build', 'bookworm', '--key', 'mirror/key.asc'], { cwd });

    expect(open.err).toMatch(/error: .*key.asc is readable by other users \(mode 0644\)\n {2}run chmod 600/);
    expect(inside.err).toMatch(/error: .*key\.asc would be inside .*, which is served/);
    expect([open.code, inside.code]).toEqual([1, 2]);
  });

  it('refuses a port that is in use', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'mirror'));
    writeFileSync(join(cwd, 'mirror/format.json'), '{"format": 1, "tool": "cdk-maas-mirror"}\n');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { code, err } = await maasMirror(['serve', 'mirror', '--listen', `127.0.0.1:${port}`], { cwd });
    other.close();

    expect(err).toMatch(new RegExp(`error: .*${port}.*\\n.*--listen`));
    expect(code).toBe(1);
  });
});

describe('a build that fails', () => {
  it('refuses a folder for temporary files that is gone', async () => {
    const cwd = temporaryFolder();
    const { code, err } = await maasMirror(['build', 'bookworm'], {
      cwd,
      env: { ...ownData(cwd), TMPDIR: '/no/such' },
    });

    expect(err).toMatch(/^error: cannot use \/no\/such for temporary files: it does not exist\n.*TMPDIR/);
    expect({ code, left: readdirSync(cwd) }).toEqual({ code: 2, left: [] });
  });

  it('refuses an archive that cannot be reached, as cron would start it, with a relative base, in an odd folder', async () => {
    const folder = join(temporaryFolder(), 'work-12:00');
    mkdirSync(folder);
    symlinkSync(small.base, join(folder, 'base.squashfs'));
    const words = [
      ...smallRequest(small, 'http://127.0.0.1:9', folder),
      '--base',
      'base.squashfs',
      '--mirror',
      'mirror',
    ];
    const wrapper = ['env', '-i', 'PATH=/usr/bin:/bin', `HOME=${folder}`];
    const { code, err } = await maasMirror(words, { cwd: folder, wrapper });

    // With all tools in place, which PATH hides.
    expect(err).not.toContain('installing on this machine');
    expect(err).toContain(`created signing key ${folder}/.local/share/maas-mirror/signing-key.asc`);
    expect(err).toMatch(
      /Prepare amd64 failed: the package archive cannot be read: E: Failed to fetch http:\/\/127.0.0.1:9/,
    );
    expect({ code, published: published(folder) }).toEqual({ code: 1, published: false });
  });

  it('refuses a kernel package that the archive does not have', async () => {
    const folder = temporaryFolder();
    const archive = join(folder, 'archive');
    cpSync(small.archive, archive, { recursive: true });
    await using served = await serveArchive(archive);
    // Signed and whole, but of a release that has no such package.
    const words = smallRequest(small, served.url, folder, 'rt');
    await run(['sh', '-c', 'rm "$1"/pool/linux-image-rt-amd64_*.deb', 'rm', archive], { quiet: true });
    await signArchive(archive, readFileSync(small.signingKey, 'utf8'));
    const { code, err } = await maasMirror(words, { env: ownData(folder) });

    expect(err).toMatch(/Select amd64 failed: rt: no repository of this build has the package linux-image-rt-amd64/);
    expect({ code, published: published(folder) }).toEqual({ code: 1, published: false });
  });

  it('says where its logs are when it is ended by a signal, and how it was', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [frontDoor, ...smallRequest(small, 'http://127.0.0.1:9', folder)], {
      env: { ...process.env, ...ownData(folder) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const begun = err.includes('Fetch amd64: ');
      err += text;
      if (!begun && err.includes('Fetch amd64: ')) child.kill('SIGTERM');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));

    expect(err).toMatch(/error: .*interrupted; all processes stopped/);
    expect(err).not.toContain('aborted');
    const [, logs = ''] = /^logs so far: (.+)$/m.exec(err) ?? [];
    expect(readdirSync(logs)).toContain('Fetch-amd64.log');
    expect(code).toBe(143);
  });

  it.each([
    ['before it begins', 'size=16k', /^error: .*\n {2}make room/m],
    [
      'for the size of its images',
      'size=40m',
      /^error: about \d+\.\d MB are needed for .* are free\n {2}free some space/m,
    ],
    ['in a stage', 'size=400m,nr_inodes=64', /^\w+ amd64 failed: no space left on device/m],
  ])('refuses a disk that is full %s', async (_, options, message) => {
    const folder = temporaryFolder();
    await run(['mount', '-t', 'tmpfs', '-o', options, 'tiny', folder], { quiet: true });
    try {
      const { code, err } = await maasMirror(smallRequest(small, 'http://127.0.0.1:9', folder), {
        env: ownData(folder),
      });

      expect(err).toMatch(message);
      expect({ code, published: published(folder) }).toEqual({ code: 1, published: false });
    } finally {
      await run(['umount', folder], { quiet: true });
    }
  });
});

it('has a front door that an old Node can read', async () => {
  const text = await run([process.execPath, '--check', frontDoor], { quiet: true });
  expect(text).toBe('');
});
