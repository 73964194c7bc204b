import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireRootFileSystems, requireSquashfs } from '../../../bin/preflight/base';
import { requireWritable } from '../../../bin/preflight/folders';
import { requireWorkFolder } from '../../../bin/preflight/work-folder';
import { BuildRequest } from '../../../lib/job/build-request';
import { temporaryFolder } from '../../fixtures/temporary-folder';

describe('a folder that is to be written', () => {
  it('is tried, as deep as it is to be, and left as it was', async () => {
    const folder = temporaryFolder();
    for (const path of [folder, join(folder, 'a/b')]) await requireWritable('--work', path);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['that is a file', () => __filename, (path: string) => `${path} cannot be a folder: ${__filename} is a file`],
    [
      'below a file',
      () => join(__filename, 'a', 'b'),
      (path: string) => `${path} cannot be a folder: ${__filename} is a file`,
    ],
    ['below /proc', () => '/proc/a/b', (path: string) => `${path} cannot be written to: nothing can be made there`],
    [
      'with too long a name',
      () => join(tmpdir(), 'x'.repeat(256), 'a'),
      (path: string) => `${path} cannot be written to: nothing can be made there`,
    ],
  ])('refuses one %s', async (_, folder, message) => {
    for (const option of ['--work', '--mirror']) {
      await expect(requireWritable(option, folder())).rejects.toMatchObject({
        name: 'BadInput',
        message: `${option} ${message(folder())}`,
        hint: `give another path with ${option}`,
        misuse: true,
      });
    }
  });
});

describe('a work folder', () => {
  const holding = (...names: readonly string[]) => {
    const folder = temporaryFolder();
    for (const name of names) mkdirSync(join(folder, name));
    return folder;
  };
  const foreign = (work: string, what: string) =>
    expect.objectContaining({
      name: 'ForeignDirectory',
      message: `--work ${work} ${what}`,
      hint: 'name a new folder, or an empty one: builds remove from it what has grown old',
      misuse: true,
    });

  it.each([
    '',
    'boot',
    'dev',
    'etc',
    'home',
    'libx',
    'opt',
    'proc',
    'root',
    'run',
    'srv',
    'sys',
    'tmp',
    'usr',
    'var',
  ])('refuses to be /%s', async (name) => {
    await expect(requireWorkFolder(`/${name}`)).rejects.toEqual(foreign(`/${name}`, 'is a folder of the system'));
  });

  it('refuses to be a link to a folder of the system', async () => {
    const link = join(temporaryFolder(), 'link');
    symlinkSync('/var', link);
    await expect(requireWorkFolder(link)).rejects.toEqual(foreign(link, 'is a folder of the system'));
  });

  it.each([[['photos']], [['runs', 'photos']], [['logs', 'cache', 'photos']]])('refuses to hold %j', async (names) => {
    const folder = holding(...names);
    const what = 'holds "photos", which no build puts into its work folder';
    await expect(requireWorkFolder(folder)).rejects.toEqual(foreign(folder, what));
  });

  it.each([
    [[]],
    [['runs']],
    [['logs', 'scratch', 'cache', '.store', 'lost+found']],
    [['runs', 'logs', 'photos']],
  ])('may hold %j', async (names) => {
    await requireWorkFolder(holding(...names));
  });

  it('may be new, and below a folder of the system', async () => {
    await requireWorkFolder('/var/lib/no-such-folder');
    await requireWorkFolder(join(__filename, 'below'));
  });
});

describe('the base of a build', () => {
  const withBase = (...bases: readonly string[]) =>
    bases.map((base) => BuildRequest.parse({ release: 'noble', architectures: ['amd64'], base }));
  const bad = (message: string, hint: string) => ({ name: 'BadImage', message, hint, misuse: true });

  it('may be none', async () => {
    await requireSquashfs(withBase('', ''));
    expect(await requireRootFileSystems(withBase('', ''))).toBe(true);
  });

  it('refuses to be a folder, or what is no file', async () => {
    const folder = temporaryFolder();
    await expect(requireSquashfs(withBase('', folder))).rejects.toMatchObject(
      bad(`--base: ${folder} is a folder`, `pack it first: mksquashfs ${folder} base.squashfs`),
    );
    await expect(requireSquashfs(withBase('/dev/null'))).rejects.toMatchObject(
      bad('--base: /dev/null is no regular file', 'give the path of a squashfs'),
    );
  });

  it('refuses to be missing or something else, as the option that named it', async () => {
    const file = join(temporaryFolder(), 'base.squashfs');
    await expect(requireSquashfs(withBase(file))).rejects.toMatchObject({
      ...{ name: 'BadImage', message: expect.stringMatching(/^--base: .* is not a valid squashfs: no such file/) },
      ...{ misuse: true, hint: expect.any(String) },
    });
    writeFileSync(file, 'something else');
    await expect(requireSquashfs(withBase(file))).rejects.toMatchObject({
      ...{
        name: 'BadImage',
        message: expect.stringMatching(/^--base: .* is not a valid squashfs: it begins with "some"/),
      },
      ...{ misuse: true },
    });
  });

  /** A stand-in that lists what it is told to. */
  const unsquashfs = (listed: string) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'unsquashfs'), `#!/bin/sh\necho "$*" >>${folder}/asked\n${listed}\n`);
    chmodSync(join(folder, 'unsquashfs'), 0o755);
    return folder;
  };

  it('is taken where it has the list of its packages', async () => {
    const folder = unsquashfs('echo squashfs-root; echo squashfs-root/var/lib/dpkg/status');
    await using _ = pathOf(`${folder}:${process.env.PATH}`);
    expect(await requireRootFileSystems(withBase('/b', '/b', ''))).toBe(true);
  });

  it('refuses to hold no root file system', async () => {
    const folder = unsquashfs('echo squashfs-root/home/var/lib/dpkg/status.old');
    await using _ = pathOf(`${folder}:${process.env.PATH}`);
    await expect(requireRootFileSystems(withBase('/b'))).rejects.toMatchObject(
      bad(
        '--base: /b holds no root file system of Debian or Ubuntu: it has no /var/lib/dpkg/status',
        'give the squashfs of a cloud image, or of another tree in which apt and dpkg are installed',
      ),
    );
  });

  it('is not known to hold one where nothing can list it, and refuses other troubles', async () => {
    {
      await using _ = pathOf('/no/such/folder');
      expect(await requireRootFileSystems(withBase('/b'))).toBe(false);
    }
    await using _ = pathOf(`${unsquashfs('exit 1')}:${process.env.PATH}`);
    await expect(requireRootFileSystems(withBase('/b'))).rejects.toMatchObject({ name: 'CommandFailed' });
  });
});

/** Sets PATH until the end of the scope. */
function pathOf(path: string): AsyncDisposable {
  const { PATH } = process.env;
  process.env.PATH = path;
  return {
    [Symbol.asyncDispose]: async () => {
      process.env.PATH = PATH;
    },
  };
}
