import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defaultKeyPath } from '../../../bin/keys/signing-key';
import { requireRootFileSystems, requireSquashfs } from '../../../bin/preflight/base';
import { temporaryFolder as temporaryFolderOf, withSystemFolders } from '../../../bin/preflight/environment';
import { requireWritable } from '../../../bin/preflight/folders';
import { checkPlaces, openPlaces as openChecked, type Places } from '../../../bin/preflight/places';
import { requestsFrom } from '../../../bin/request/requests-from';
import { requireListen } from '../../../bin/serve/listen';
import { BuildRequest } from '../../../lib/job/build-request';
import { mirror as layout } from '../../../lib/job/layout';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import { findMirrorDirectory, triedFolder } from '../../../lib/store/directory/mirror-directory';
import { makeSmallMirror } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { type KeptTerminal, keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-root';

const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'], view: 'candidate' });

it('adds the folders of the system’s programs to a search path that lacks them, after its own', () => {
  expect(withSystemFolders('/usr/bin:/bin')).toBe('/usr/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin');
  expect(withSystemFolders('/opt/bin::/usr/sbin')).toMatch(/^\/opt\/bin:\/usr\/sbin:\/usr\/local\/sbin:/);
  expect(withSystemFolders('')).toMatch(/^\/usr\/local\/sbin:/);
});

it('takes a base by its whole path, relative to where it was typed', () => {
  const [made] = requestsFrom(['bookworm'], { base: '../x.squashfs' }, 'x86_64');
  expect(made?.base).toBe(resolve('../x.squashfs'));
});

it('keeps a key with the user’s data, and takes no relative folder for it', () => {
  expect(defaultKeyPath({ XDG_DATA_HOME: '/data' })).toBe('/data/maas-mirror/signing-key.asc');
  expect(defaultKeyPath({ XDG_DATA_HOME: 'data', HOME: '/home/me' })).toBe(
    '/home/me/.local/share/maas-mirror/signing-key.asc',
  );
  for (const HOME of [undefined, '', 'here']) {
    expect(defaultKeyPath({ HOME })).toBe(join(homedir(), '.local/share/maas-mirror/signing-key.asc'));
  }
});

describe('the folder for temporary files', () => {
  it.each([
    ['that does not exist', '/no/such/folder', 'it does not exist'],
    ['that is a file', __filename, 'it is not a folder'],
  ])('refuses one %s, and names the variable', (_, TMPDIR, why) => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = TMPDIR;
    onTestFinished(() => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    });
    expect(() => temporaryFolderOf()).toThrow(
      expect.objectContaining({
        name: 'BadInput',
        message: `cannot use ${TMPDIR} for temporary files: ${why}`,
        hint: expect.stringContaining('TMPDIR'),
        misuse: true,
      }),
    );
  });
});

describe('a folder that is to be written', () => {
  it('is tried, and left as it was', async () => {
    const folder = temporaryFolder();
    await requireWritable('--work', folder);
    await requireWritable('--work', join(folder, 'a/b'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is still nobody’s where another build tries it just now', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, `${triedFolder}abcdef`));
    await expect(findMirrorDirectory(folder)).resolves.toBeUndefined();
  });

  it.each([
    [
      'below /proc',
      () => '/proc/work',
      'BadInput',
      /^--work \/proc\/work cannot be written to: nothing can be created/,
    ],
    ['below /sys', () => '/sys/work', 'BadInput', /^--work \/sys\/work cannot be written to: permission denied/],
    ['that is a file', () => __filename, 'BadInput', /^--work .* cannot be a folder: .*test\.ts is a file/],
    ['below a file', () => join(__filename, 'a'), 'BadInput', /^--work .* cannot be a folder: .*test\.ts is a file/],
    ['of a read-only file system', () => mounted('size=1m,ro'), 'BadInput', /its file system is read-only/],
    ['of a full file system', () => filled(mounted('size=64k')), 'DiskFull', /^no space left on device/],
  ])('refuses one %s', async (_, folder, name, message) => {
    await expect(requireWritable('--work', folder())).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('--work'),
    });
  });
});

describe('the work folder', () => {
  const withNames = (...names: readonly string[]) => {
    const folder = temporaryFolder();
    for (const name of names) mkdirSync(join(folder, name));
    return folder;
  };
  const placesAt = (work: string): Places => {
    const folder = temporaryFolder();
    return { mirror: join(folder, 'mirror'), work, key: join(folder, 'key.asc') };
  };

  it.each([
    ['new', () => join(temporaryFolder(), 'work')],
    ['empty', () => withNames()],
    ['all of this tool’s', () => withNames('cache', 'logs', 'scratch', `${triedFolder}abcdef`, 'lost+found')],
    ['one that builds have used, with something beside', () => withNames('runs', 'logs', 'notes')],
  ])('may be %s', async (_, work) => {
    await checkPlaces(placesAt(work()), [request]);
  });

  it.each([
    ['that is the root', () => '/', 'is a system folder'],
    ['that is /var', () => '/var', 'is a system folder'],
    ['that leads to /var', () => linkTo('/var'), 'is a system folder'],
    ['of other things', () => withNames('cache', 'runs', 'photos'), 'contains "photos"'],
  ])('refuses one %s, before any work', async (_, work, why) => {
    const folder = work();
    await expect(checkPlaces(placesAt(folder), [request])).rejects.toMatchObject({
      name: 'ForeignDirectory',
      message: expect.stringContaining(`--work ${folder} ${why}`),
      misuse: true,
    });
  });
});

function linkTo(target: string): string {
  const link = join(temporaryFolder(), 'link');
  symlinkSync(target, link);
  return link;
}

describe('the base of a build', () => {
  const withBase = (base: string) => [{ ...request, base }];

  it.each([
    ['that is not there', () => '/no/such', /^--base: \/no\/such is not a valid squashfs: no such file/],
    ['that is a tree', () => temporaryFolder(), /^--base: .* is a folder/],
    ['that is a FIFO', () => fifo(), /^--base: .* is not a regular file/],
    ['of another kind', () => __filename, /^--base: .* is not a valid squashfs: it begins with "impo"/],
  ])('refuses one %s', async (_, base, message) => {
    await expect(requireSquashfs(withBase(base()))).rejects.toMatchObject({
      name: 'BadImage',
      message: expect.stringMatching(message),
      misuse: true,
    });
  });

  it('refuses a squashfs that holds no root file system, and takes one that does', async () => {
    const tree = temporaryFolder();
    const file = join(temporaryFolder(), 'base.squashfs');
    const pack = () => execFileSync('mksquashfs', [tree, file, '-noappend', '-quiet', '-no-progress']);
    mkdirSync(join(tree, 'home/var/lib/dpkg'), { recursive: true });
    writeFileSync(join(tree, 'home/var/lib/dpkg/status'), '');
    pack();
    await requireSquashfs(withBase(file));
    await expect(requireRootFileSystems(withBase(file))).rejects.toMatchObject({
      name: 'BadImage',
      message: expect.stringContaining('Debian or Ubuntu root file system: /var/lib/dpkg/status is missing'),
    });

    mkdirSync(join(tree, 'var/lib/dpkg'), { recursive: true });
    writeFileSync(join(tree, 'var/lib/dpkg/status'), '');
    pack();
    expect(await requireRootFileSystems(withBase(file))).toBe(true);
  });
});

function fifo(): string {
  const path = join(temporaryFolder(), 'fifo');
  execFileSync('mkfifo', [path]);
  return path;
}

describe('where a build keeps what', () => {
  let key: string;
  beforeAll(async () => {
    key = await makePrivateKey({ at: new Date('2026-11-20T00:00:00Z'), rsaBits: 2048 });
  });
  const placesIn = (folder: string) => ({
    mirror: join(folder, 'mirror'),
    work: join(folder, 'work'),
    key: join(folder, 'data/key.asc'),
  });

  it('is made with a new mirror, its key too, which is announced', async () => {
    const folder = temporaryFolder();
    const terminal = keptTerminal();
    const { signer } = await openPlaces(placesIn(folder), [request], terminal);

    expect(terminal.errLines).toEqual([
      `created signing key ${join(folder, 'data/key.asc')} (${signer.fingerprint})`,
      expect.stringContaining('back it up'),
    ]);
    expect(readdirSync(folder).sort()).toEqual(['data', 'mirror']);

    const again = keptTerminal();
    expect((await openPlaces(placesIn(folder), [request], again)).signer.fingerprint).toBe(signer.fingerprint);
    expect(again.errLines).toEqual([]);
  });

  it('refuses a mirror that has published where its key is missing, and makes none', async () => {
    const folder = temporaryFolder();
    const signer = await openpgpSigner(key);
    await makeSmallMirror(join(folder, 'mirror'), { signer });

    const open = () => openPlaces(placesIn(folder), [request], keptTerminal());
    await expect(open()).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: expect.stringMatching(
        new RegExp(`is signed with the key ${signer.fingerprint}, but ${folder}/\\S+ does not exist$`),
      ),
      hint: expect.stringMatching(/--key.*backup/),
    });
    rmSync(join(folder, 'mirror', layout.keyring));
    await expect(open()).rejects.toMatchObject({ name: 'KeyUnusable' });
    expect(readdirSync(folder)).toEqual(['mirror']);
  });

  it('refuses a view whose index was restored, before any work', async () => {
    const folder = temporaryFolder();
    const places = placesIn(folder);
    const store = await makeSmallMirror(places.mirror, { signer: await openpgpSigner(key) });
    mkdirSync(join(folder, 'data'));
    writeFileSync(places.key, key, { mode: 0o600 });
    const [index, yesterday] = [layout.index('candidate'), (await store.read(layout.index('candidate')))?.bytes];
    await store.replace(index, Buffer.from('today'), {});
    writeFileSync(join(places.mirror, index), yesterday ?? '');

    await expect(openPlaces(places, [request], keptTerminal())).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringContaining('restored from a backup'),
    });
    await openPlaces(places, [{ ...request, view: 'other' }], keptTerminal());
  });

  it.each([
    ['mirror', { mirror: '/proc/mirror' }],
    ['work', { work: '/proc/work' }],
    ['key', { key: '/proc/key/key.asc' }],
  ])('refuses a bad --%s, and makes nothing of the others', async (option, bad) => {
    const folder = temporaryFolder();
    await expect(openPlaces({ ...placesIn(folder), ...bad }, [request], keptTerminal())).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(`--${option}`),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([0o640, 0o604, 0o660])('refuses a key of mode %o', async (mode) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'data'));
    writeFileSync(placesIn(folder).key, key, { mode: 0o600 });
    execFileSync('chmod', [mode.toString(8), placesIn(folder).key]);
    await expect(openPlaces(placesIn(folder), [request], keptTerminal())).rejects.toMatchObject({ name: 'KeyExposed' });
    expect(existsSync(join(folder, 'mirror'))).toBe(false);
  });
});

it('refuses an address to serve at before a build, and a taken one only where it is to be served', async () => {
  await expect(requireListen({ listen: 'foo' })).rejects.toMatchObject({ name: 'BadInput', misuse: true });
  await requireListen({ listen: '192.0.2.1:80' });
  await expect(requireListen({ serve: true, listen: '192.0.2.1:80' })).rejects.toMatchObject({ name: 'BadInput' });
  await requireListen({ serve: true, listen: '127.0.0.1:0' });
});

async function openPlaces(places: Places, requests: readonly BuildRequest[], terminal: KeptTerminal) {
  return openChecked(places, await checkPlaces(places, requests), terminal);
}

function mounted(options: string): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

function filled(folder: string): string {
  writeFileSync(join(folder, 'fill'), Buffer.alloc(32 * 1024));
  return folder;
}
