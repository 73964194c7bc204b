import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { bootstrap } from '../../../lib/machine/bootstrap/bootstrap';
import { limitKeepers, limitReached, limits, withinLimits } from '../../../lib/machine/sandbox/limits';
import { sealOf } from '../../../lib/machine/sandbox/seal';
import { thisMachine } from '../../../lib/machine/this-machine';
import { emulate, registrationOf } from '../../../lib/machine/tree/binfmt';
import { chrootCommand, enterChroot } from '../../../lib/machine/tree/chroot';
import { copyScript, copyScripts } from '../../../lib/machine/tree/copy-scripts';
import { inside } from '../../../lib/machine/tree/inside/inside';
import { makeLoopNode } from '../../../lib/machine/tree/loop-node';
import { isMountedAs, mounted, mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import {
  checkSquashfs,
  excludesAttributes,
  makeSquashfs,
  mksquashfsCommand,
  squashfsTime,
} from '../../../lib/machine/tree/squashfs';
import { makeTarXz, tarXzCommand } from '../../../lib/machine/tree/tar';
import { tarCommand, unpackRoot } from '../../../lib/machine/tree/tarball';
import { mounting, standInTools, withPrograms } from '../../fixtures/programs/stand-ins';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { failing } from '../../fixtures/trees/recorded-tree';
import '../../fixtures/needs-seconds';

/** The first block of a squashfs, which is all that is looked at here. */
function squashfsOf(change: (bytes: Buffer) => void = () => {}): string {
  const file = join(temporaryFolder(), 'image.squashfs');
  const bytes = Buffer.alloc(96);
  bytes.write('hsqs');
  bytes.writeUInt32LE(1_700_000_000, 8);
  bytes.writeUInt16LE(4, 28);
  bytes.writeBigUInt64LE(96n, 40);
  change(bytes);
  writeFileSync(file, bytes);
  return file;
}

const noLoop = 'echo "mount: failed to setup loop device for x" >&2; exit 32';

describe('a squashfs', () => {
  it('is mounted read-only, and unmounted with its scope', async () => {
    const [file, scratch] = [squashfsOf(), temporaryFolder()];
    const { result: path, asked } = await withPrograms({ mount: '', umount: '' }, async () => {
      await using image = await mountSquashfs(file, scratch);
      return image.path;
    });
    expect(path).toMatch(new RegExp(`^${scratch}/squashfs-\\w{6}$`));
    expect(asked).toEqual([`mount -t squashfs -o ro,loop,nosuid,nodev ${file} ${path}`, `umount ${path}`]);
  });

  it.each([
    ['no loop device', noLoop],
    [
      'no loop device, of which util-linux 2.39 says less',
      'echo "mount: /x: mount failed: No such file or directory." >&2; exit 32',
    ],
    ['no right to mount', 'echo "mount: x: Operation not permitted." >&2; exit 32'],
  ])('is unpacked where there is %s', async (_, mount) => {
    const file = squashfsOf();
    const programs = { mount, losetup: 'exit 1', unsquashfs: '', umount: '' };
    const { result: path, asked } = await withPrograms(programs, async () => {
      await using image = await mountSquashfs(file, temporaryFolder());
      return image.path;
    });
    expect(asked.slice(1)).toEqual(['losetup --find', `unsquashfs -no-progress -force -dest ${path} ${file}`]);
  });

  it('refuses what cannot be mounted for another reason', async () => {
    const programs = { mount: 'echo "mount: wrong fs type" >&2; exit 32', losetup: '', unsquashfs: '' };
    const { result, asked } = await withPrograms(programs, () =>
      mountSquashfs(squashfsOf(), temporaryFolder()).catch((error) => error),
    );
    expect(result).toMatchObject({ name: 'CommandFailed', message: expect.stringContaining('wrong fs type') });
    expect(asked).toHaveLength(1);
  });

  it('is mounted by a node that is made for it, where /dev lacks that', async () => {
    const node = missingNode();
    const programs = {
      mount: `[ "$count" = 2 ] || { ${noLoop}; }`,
      losetup: `echo ${node.path}`,
      mknod: '',
      umount: '',
    };
    const { asked } = await withPrograms(programs, async () => {
      await using _image = await mountSquashfs(squashfsOf(), temporaryFolder());
    });
    const made = `mknod -m 660 ${node.path} b ${node.numbers}`;
    expect(asked.filter((line) => !line.startsWith('mount'))).toEqual([
      ...['losetup --find', made, 'losetup --find', made],
      expect.stringMatching(/^umount /),
    ]);
  });

  it.each([
    ['is one of version 3', (bytes: Buffer) => void bytes.writeUInt16LE(3, 28), 'its format version is 3, not 4'],
    ['is cut', (bytes: Buffer) => void bytes.writeBigUInt64LE(97n, 40), 'it is truncated (96 of 97 bytes)'],
    ['begins otherwise', (bytes: Buffer) => void bytes.write('<htm'), 'it begins with "<htm"'],
  ])('refuses a file that %s', async (_, change, why) => {
    const file = squashfsOf(change);
    await expect(checkSquashfs(file)).rejects.toMatchObject({
      name: 'BadImage',
      message: `${file} is not a valid squashfs: ${why}`,
      hint: 'specify a squashfs image, for example the squashfs of a cloud image',
    });
  });

  it('refuses what has no first block, or is no file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'short'), Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(91)]));
    writeFileSync(join(folder, 'hs'), 'hs');
    for (const [name, why] of [
      ['short', 'it begins with "hsqs"'],
      ['hs', 'it begins with "hs"'],
      ['none', 'no such file'],
      ['.', 'EISDIR: illegal operation on a directory, read'],
      ['hs/x', `ENOTDIR: not a directory, open '${folder}/hs/x'`],
    ] as const) {
      const file = name === '.' ? folder : join(folder, name);
      await expect(squashfsTime(file)).rejects.toMatchObject({ message: `${file} is not a valid squashfs: ${why}` });
    }
    expect(await squashfsTime(squashfsOf())).toBe(1_700_000_000);
  });

  it('is packed by a level where its compressor has one, without labels of SELinux where mksquashfs can', () => {
    const words = (compression: Parameters<typeof mksquashfsCommand>[2]['compression'], excludes?: boolean) =>
      mksquashfsCommand('/tree', '/file', { compression, epoch: 0, ...(excludes !== undefined && { excludes }) }).join(
        ' ',
      );
    const plain = 'mksquashfs /tree /file -noappend -no-progress -quiet -comp';
    expect(words({ name: 'zstd', level: 9 })).toBe(`${plain} zstd -Xcompression-level 9`);
    expect(words({ name: 'xz', level: 9 })).toBe(`${plain} xz`);
    expect(words({ name: 'lz4' }, true)).toBe(`${plain} lz4 -xattrs-exclude ^security\\.selinux$`);
    expect(words({ name: 'gzip' }, false)).toBe(`${plain} gzip`);
  });

  it('is of the time that is given, and made by a mksquashfs that leaves labels out without looking for some', async () => {
    const script =
      'case $1 in -version) echo "mksquashfs version 4.6 (x)" ;; *) echo "$SOURCE_DATE_EPOCH,$LC_ALL" > "$2" ;; esac';
    const file = join(temporaryFolder(), 'made');
    const options = { compression: { name: 'lz4' }, epoch: 1_700_000_000 } as const;
    const { asked } = await withPrograms({ mksquashfs: script, getfattr: 'echo found' }, () =>
      makeSquashfs('/tree', file, options),
    );
    expect(readFileSync(file, 'utf8')).toBe('1700000000,\n');
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['mksquashfs', 'mksquashfs']);
  });

  it.each([
    ['mksquashfs version 4.5.1', false],
    ['mksquashfs version 4.6', true],
    ['mksquashfs version 4.10', true],
    ['mksquashfs version 3.9', false],
    ['mksquashfs version 5.0', true],
    ['mksquashfs', false],
  ])('is made without labels by %s: %s', (version, can) => expect(excludesAttributes(version)).toBe(can));

  it('refuses to be made where labels of SELinux can be neither left out nor looked for', async () => {
    const bin = temporaryFolder();
    writeFileSync(join(bin, 'mksquashfs'), '#!/bin/sh\necho "mksquashfs version 4.5"\n', { mode: 0o755 });
    vi.stubEnv('PATH', bin);
    const made = makeSquashfs('/tree', '/file', { compression: { name: 'lz4' }, epoch: 0 });
    await expect(made.finally(() => vi.unstubAllEnvs())).rejects.toMatchObject({
      name: 'MissingTool',
      message: 'getfattr is not installed; it is required to check files for security.selinux',
      hint: 'install the package attr, or squashfs-tools 4.6 or newer',
    });
  });
});

/** Where the kernel has a block device, and /dev nothing by this name. */
function missingNode(): { path: string; numbers: string } {
  const [device = ''] = readdirSync('/sys/block');
  const [major, minor] = readFileSync(`/sys/block/${device}/dev`, 'utf8').trim().split(':');
  return { path: `/dev/${device}/../${device}`, numbers: `${major} ${minor}` };
}

describe('the node of a loop device', () => {
  it.each([
    ['the kernel has none for us', 'exit 1'],
    ['it is there already', 'echo /dev/null'],
  ])('is not made where %s', async (_, losetup) => {
    const { result, asked } = await withPrograms({ losetup, mknod: '' }, makeLoopNode);
    expect([result, asked]).toEqual([false, ['losetup --find']]);
  });

  it('refuses where it cannot be made, or there is no losetup', async () => {
    const programs = { losetup: `echo ${missingNode().path}`, mknod: 'echo denied >&2; exit 1' };
    const { result } = await withPrograms(programs, () => makeLoopNode().catch((error) => error));
    expect(result).toMatchObject({ name: 'CommandFailed', message: expect.stringContaining('denied') });

    vi.stubEnv('PATH', '/nowhere');
    const missing = makeLoopNode().finally(() => vi.unstubAllEnvs());
    await expect(missing).rejects.toMatchObject({ name: 'MissingTool' });
  });
});

describe('a mount', () => {
  it('is taken off later where something sits on it', async () => {
    const umount = '[ "$1" = --lazy ] || { echo busy >&2; exit 32; }';
    const { asked } = await withPrograms({ mount: '', umount }, async () => {
      await using _mount = await mounted(['mount', '-t', 'x', 'x', '/y'], '/y');
    });
    expect(asked).toEqual(['mount -t x x /y', 'umount /y', 'umount --lazy /y']);
  });

  it('is known by its place and its type', async () => {
    expect(await isMountedAs('/proc', 'proc')).toBe(true);
    expect([await isMountedAs('/proc', 'sysfs'), await isMountedAs('/proc/1', 'proc')]).toEqual([false, false]);
  });

  it('of an overlay lies on its layers by short names, in memory', async () => {
    const [scratch, layer] = [temporaryFolder(), temporaryFolder()];
    const { result, asked } = await withPrograms({ mount: `pwd >> ${scratch}/where`, umount: '' }, async () => {
      await using overlay = await mountOverlay([layer, layer], scratch);
      const memory = join(overlay.path, '..');
      return { ...overlay, memory, names: readdirSync(memory).sort() };
    });
    const { memory, names, path, upper } = result;
    expect(memory).toMatch(new RegExp(`^${scratch}/overlay-`));
    expect(readFileSync(join(scratch, 'where'), 'utf8').split('\n')[1]).toBe(memory);
    expect([path, upper, names]).toEqual([
      join(memory, 'root'),
      join(memory, 'upper'),
      ['0', '1', 'root', 'upper', 'work'],
    ]);
    expect(asked).toEqual([
      expect.stringMatching(new RegExp(`^mount -t tmpfs -o mode=0755,size=\\d+ overlay ${memory}$`)),
      'mount -t overlay -o lowerdir=0:1,upperdir=upper,workdir=work,redirect_dir=off,metacopy=off,nodev overlay root',
      ...[`umount ${path}`, `umount ${memory}`],
    ]);
  });

  it('refuses an overlay that cannot be laid, and leaves nothing mounted', async () => {
    const programs = { mount: '[ "$2" = tmpfs ] || exit 32', umount: '' };
    const { result, asked } = await withPrograms(programs, () =>
      mountOverlay([temporaryFolder()], temporaryFolder()).catch((error) => error),
    );
    expect(result).toMatchObject({ name: 'CommandFailed' });
    expect(asked.filter((line) => line.startsWith('umount'))).toHaveLength(1);
  });
});

describe('archives', () => {
  it('hold members by name, of nobody, of one time, with the same bytes each time', () => {
    expect(tarXzCommand('/folder', ['a', '-b'], '/made.tar.xz', 5)).toEqual([
      ...['tar', '--create', '--file=/made.tar.xz', '--format=ustar', '--owner=0', '--group=0', '--numeric-owner'],
      ...[
        '--mode=0644',
        '--mtime=@5',
        '--use-compress-program=xz -6 --threads=1',
        '--directory=/folder',
        '--',
        'a',
        '-b',
      ],
    ]);
  });

  it('are made of copies, sorted, which are gone then, in an environment without settings', async () => {
    const folder = temporaryFolder();
    for (const name of ['x', 'y']) writeFileSync(join(folder, name), name);
    const archive = join(folder, 'made');
    const members = [
      { name: 'b', file: join(folder, 'x') },
      { name: 'a', file: join(folder, 'y') },
    ];
    const script = `cat ${archive}.members/b > ${archive}; echo ",$LC_ALL,$TAR_OPTIONS" >> ${archive}`;
    vi.stubEnv('TAR_OPTIONS', '--gzip');
    const { asked } = await withPrograms({ tar: script }, () => makeTarXz(members, archive, 5));
    expect(asked[0]).toMatch(/ -- a b$/);
    expect(readFileSync(archive, 'utf8')).toBe('x,C,\n');
    expect(readdirSync(folder).sort()).toEqual(['made', 'x', 'y']);

    const failed = await withPrograms({ tar: 'exit 2' }, () => makeTarXz(members, archive, 5).catch((error) => error));
    expect(failed.result).toMatchObject({ name: 'CommandFailed' });
    expect(readdirSync(folder).sort()).toEqual(['made', 'x', 'y']);
  });

  it('of a root are unpacked with all that a root has, into a new folder', async () => {
    const folder = join(temporaryFolder(), 'root');
    const words = [
      ...['--extract', '--file', '/root.tar', '--directory', folder, '--numeric-owner', '--same-owner'],
      ...['--preserve-permissions', '--xattrs', '--xattrs-include=*', '--acls'],
    ];
    expect(tarCommand('/root.tar', folder)).toEqual(['tar', ...words]);
    const { asked } = await withPrograms({ tar: '' }, () => unpackRoot('/root.tar', folder));
    expect(asked).toEqual([`tar ${words.join(' ')}`]);
    await expect(unpackRoot('/root.tar', folder)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});

it('copies scripts into a tree so that they can be run', async () => {
  const [from, to] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(from, 'deep'));
  for (const name of ['a', 'deep/b']) writeFileSync(join(from, name), name, { mode: 0o600 });
  await copyScripts(from, inside(to), 'etc/scripts');
  await copyScript(join(from, 'a'), inside(to), 'etc/c');
  const seen = ['etc/scripts/a', 'etc/scripts/deep/b', 'etc/c'].map((name) => [
    readFileSync(join(to, name), 'utf8'),
    statSync(join(to, name)).mode & 0o777,
  ]);
  expect(seen).toEqual([
    ['a', 0o755],
    ['deep/b', 0o755],
    ['a', 0o755],
  ]);
});

const inTree = (path: string, seal: string) => `sh ${path}/in-tree.sh ${seal}`;

describe('a tree that programs run in', () => {
  const programs = mounting;

  it('has devices, sysfs and no resolver, and none of it afterwards', async () => {
    const path = temporaryFolder();
    const { asked } = await withPrograms(programs, async () => {
      await using _chroot = await enterChroot(path, standInTools());
    });
    const dev = `${path}/dev`;
    const devices = ['null c 1 3', 'zero c 1 5', 'full c 1 7', 'random c 1 8', 'urandom c 1 9', 'tty c 5 0'];
    const links = ['/proc/self/fd fd', 'fd/0 stdin', 'fd/1 stdout', 'fd/2 stderr', 'pts/ptmx ptmx'];
    expect(asked).toEqual([
      `mount -t sysfs -o ro,nosuid,nodev,noexec sysfs ${path}/sys`,
      `mount -t tmpfs -o mode=0755,nosuid,size=4m dev ${dev}`,
      ...devices.map((line) => `mknod -m 666 ${dev}/${line}`),
      ...links.map((line) => `ln -s ${line.replace(' ', ` ${dev}/`)}`),
      `mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts ${dev}/pts`,
      ...[`umount ${dev}/pts`, `umount ${dev}`, `umount ${path}/sys`],
    ]);
    expect(readdirSync(path).sort()).toEqual(['dev', 'etc', 'proc', 'sys']);
    expect(readdirSync(dev).sort()).toEqual(['pts', 'shm']);
    expect(readFileSync(join(path, 'etc/resolv.conf'), 'utf8')).toBe('');
  });

  it('refuses a link where a folder is to be mounted on, and leaves nothing mounted', async () => {
    const path = temporaryFolder();
    symlinkSync('/etc', join(path, 'sys'));
    const { result } = await withPrograms(programs, () => enterChroot(path, standInTools()).catch((error) => error));
    expect(result).toMatchObject({
      name: 'BadImage',
      message: '/sys in the image is a link, where a folder is expected',
      hint: 'specify the root file system of a cloud image with --base',
    });

    const broken = { ...programs, mount: '[ "$2" != devpts ] || exit 32' };
    const failed = await withPrograms(broken, () =>
      enterChroot(temporaryFolder(), standInTools()).catch((error) => error),
    );
    expect(failed.result).toMatchObject({ name: 'CommandFailed' });
    expect(failed.asked.filter((line) => line.startsWith('umount'))).toHaveLength(2);
  });

  it('runs programs within limits and walls, in a clean environment', async () => {
    const [path, own] = [temporaryFolder(), standInTools()];
    const { result } = await withPrograms(programs, async () => {
      await using chroot = await enterChroot(path, own, { OWN: '1', HOME: '/home' });
      const given = { quiet: true, env: { MORE: '2' }, input: 'input' };
      return [await chroot.run(['a', 'b'], given), await chroot.run(['a'], { quiet: true, beside: true, bring: '/b' })];
    });
    const seal = sealOf(thisMachine(), { socketcall: false });
    const walls =
      '90 4096 prlimit --fsize=17179869184 --core=0 -- unshare --mount --pid --ipc --uts --cgroup --fork --kill-child --net --';
    const environment = {
      ...{ DEBCONF_NONINTERACTIVE_SEEN: 'true', DEBIAN_FRONTEND: 'noninteractive', FLASH_KERNEL_SKIP: '1' },
      ...{ HOME: '/home', LC_ALL: 'C', MORE: '2', OWN: '1' },
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    };
    const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    expect(result[0]).toBe([`${walls} ${inTree(own, seal)} ${path} a b`, ...lines, 'input'].join('\n'));
    expect(result[1]?.split('\n')[0]).toBe(`${walls} ${inTree(own, seal)} --beside /b ${path} a`);
  });

  it('has root’s home, shows what its programs print unless that is not wanted, and names them in failures', async () => {
    const own = standInTools();
    const { result } = await withPrograms(programs, async () => {
      await using chroot = await enterChroot(temporaryFolder(), own);
      const words = ['curl', 'http://me:s3cret@a/'] as const;
      const texts = [await chroot.run(words), await chroot.run(words, { quiet: true })];
      writeFileSync(join(own, 'within-limits.pl'), 'print STDERR "limit reached: memory, 9 MiB\n"; exit 1');
      return { texts, failure: await chroot.run(words).catch((error) => error) };
    });
    expect(result.texts.map((text) => / curl (.*)\n/.exec(text)?.[1])).toEqual(['http://a/', 'http://me:s3cret@a/']);
    expect(result.texts[1]).toContain('\nHOME=/root\n');
    expect(result.failure).toMatchObject({
      name: 'LimitReached',
      cause: { message: 'curl http://a/ exited with 1:\nlimit reached: memory, 9 MiB' },
    });
  });

  it.each([
    ['memory: a cgroup\nprocesses: a cgroup\n', ''],
    [
      'memory: a watcher\nprocesses: a cgroup\nbecause: read-only\n',
      'cannot create a cgroup, so a watcher enforces limits (memory: a watcher, processes: a cgroup): read-only\n',
    ],
  ])('is said in the log to be watched where the kernel keeps no limits: %j', async (said, line) => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await withPrograms(programs, async () => {
      await using _chroot = await enterChroot(temporaryFolder(), standInTools(said));
    });
    const log = write.mock.calls.map(([text]) => String(text)).join('');
    write.mockRestore();
    expect(log).toBe(line);
  });

  it('reaches the network through a gateway only, whose programs may make sockets as those of i386 do', () => {
    const command = chrootCommand('/tree', '/tools', ['apt-get'], { gateway: { socket: '/s' } });
    const seal = sealOf(thisMachine(), { socketcall: true });
    expect(command.slice(0, 12)).toEqual([
      ...[
        'unshare',
        '--net',
        '--',
        'perl',
        '/tools/relay.pl',
        '/s',
        '--',
        'setpriv',
        '--pdeathsig',
        'KILL',
        '--',
        'perl',
      ],
    ]);
    expect(command.slice(12)).toEqual([
      ...['/tools/within-limits.pl', '90', '4096', 'prlimit', '--fsize=17179869184', '--core=0', '--', 'unshare'],
      ...['--mount', '--pid', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child', '--', 'sh', '/tools/in-tree.sh'],
      ...[seal, '/tree', 'apt-get'],
    ]);
    expect(sealOf(thisMachine(), {})).toMatch(/^keyctl=\d+,mount=\d+,sethostname=\d+,seccomp=\d+,filter=[0-9a-f]+$/);
  });
});

describe('the limits of a tree', () => {
  it('are those of every build', () => {
    expect(limits).toEqual({ memory: 90, processes: 4096, file: 17_179_869_184 });
    expect(withinLimits('/t', ['a', 'b']).join(' ')).toBe(
      'perl /t/within-limits.pl 90 4096 prlimit --fsize=17179869184 --core=0 -- a b',
    );
  });

  it.each([
    ['memory: a cgroup\nprocesses: a cgroup\n', { words: 'memory: a cgroup, processes: a cgroup' }],
    [
      'memory: a watcher\nx\nprocesses: a cgroup\nbecause: it is so\n',
      { words: 'memory: a watcher, processes: a cgroup', whyNot: 'it is so' },
    ],
    ['memory: a watcher\nmy processes: x\n', { words: 'memory: a watcher', whyNot: 'unknown reason' }],
  ])('are kept by whom %j says', async (said, keepers) => {
    expect(await limitKeepers(standInTools(said))).toEqual(keepers);
  });

  it.each([
    [
      'limit reached: memory, 900 MiB',
      'needed more than 900 MiB of memory',
      'the limit is 90% of the available memory: build on a machine with more memory, or leave out the package that needs it; see the log for the package that was being installed',
    ],
    [
      'x\nlimit reached: processes, 300\n\n',
      'had more than 300 processes at one time',
      'no known package needs this many: see the log for the package that was being installed, then leave it out or report it to its maintainers',
    ],
    [
      'y\n  cp: http://me:s3cret@a/: File too large \nz',
      'wrote a file larger than 16 GiB (including holes): cp: http://a/: File too large',
      'the file is too large for an image: leave out the package that writes it, or report it to its maintainers',
    ],
    [
      'file size limit exceeded',
      'wrote a file larger than 16 GiB (including holes): file size limit exceeded',
      'the file is too large for an image: leave out the package that writes it, or report it to its maintainers',
    ],
  ])('are named where %j says that one was reached', (said, what, hint) => {
    const cause = failing(said);
    expect(limitReached(cause)).toMatchObject({
      ...{ name: 'LimitReached', message: `a program of the image or of a package ${what}`, hint, cause },
    });
  });

  it('are not what other words are about', () => {
    for (const error of [
      failing('my limit reached: memory, 3'),
      failing('limit reached: time, 3'),
      new Error('File too large'),
    ])
      expect(limitReached(error)).toBe(error);
    const long = limitReached(failing(`${'x'.repeat(500)} File too large`)) as Error;
    expect(long.message.replace(/.*: /, '')).toBe('x'.repeat(400));
  });
});

describe('programs of another machine', () => {
  const pdp = { architecture: 'pdp11', interpreter: 'qemu-pdp11-static' };
  const hint = 'install qemu-user-static, which contains qemu-pdp11-static; run a container with --privileged';

  it('refuses them where nothing says how they are run, and leaves nothing mounted', async () => {
    const scratch = temporaryFolder();
    const { result, asked } = await withPrograms({ mount: '', umount: '' }, () =>
      emulate(pdp, scratch).catch((error) => error),
    );
    expect(result).toMatchObject({
      name: 'MissingTool',
      message:
        'this machine cannot run pdp11 programs: no file in /etc/binfmt.d, /run/binfmt.d, /usr/lib/binfmt.d, /usr/share/binfmts registers qemu-pdp11 with the flag F',
      hint,
    });
    const [, path] = /^umount (.*)$/.exec(asked[1] ?? '') ?? [];
    expect(asked).toEqual([`mount -t binfmt_misc binfmt_misc ${path}`, `umount ${path}`]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('refuses them where the kernel’s list cannot be mounted', async () => {
    const { result } = await withPrograms({ mount: 'echo denied >&2; exit 32' }, () =>
      emulate(pdp, temporaryFolder()).catch((error) => error),
    );
    expect(result).toMatchObject({
      ...{
        name: 'MissingTool',
        message: expect.stringMatching(/^this machine .* pdp11 programs: mount .*denied$/s),
        hint,
      },
      cause: expect.objectContaining({ name: 'CommandFailed' }),
    });
  });

  it('runs them where the kernel knows how already', async () => {
    const entry = 'printf "enabled\\nflags: OCF\\n" > "$4/qemu-pdp11"; echo > "$4/register"; echo > "$4/status"';
    const umount = 'rm -f "$1"/*';
    const { asked } = await withPrograms({ mount: entry, umount }, async () => {
      await using _emulation = await emulate(pdp, temporaryFolder());
    });
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['mount', 'umount']);
  });

  it('are not taken for known by an entry that only looks like one', () => {
    const rule = ':qemu-pdp11:M::magic:mask:/usr/bin/qemu-pdp11-static:F';
    for (const entry of [
      'enabledx\nflags: F',
      'xenabled\nflags: F',
      'enabled\nxflags: F',
      'enabled\nflags: PO\nF',
      '',
    ]) {
      expect(registrationOf(pdp, { 'qemu-pdp11': entry }, [rule])).toContain(':maas-mirror-qemu-pdp11:');
    }
    for (const other of [rule.replace(':F', ':'), rule.replace('qemu', 'q')]) {
      expect(() => registrationOf(pdp, {}, [other])).toThrow(expect.objectContaining({ hint }));
    }
  });

  it('are registered by a rule with another mark between its fields, too', () => {
    const rule = '+qemu-pdp11+M+0+magic+mask+/usr/bin/qemu-pdp11-static+OCF';
    expect(registrationOf(pdp, {}, [rule])).toBe(
      ':maas-mirror-qemu-pdp11:M:0:magic:mask:/usr/bin/qemu-pdp11-static:OCF',
    );
  });
});

describe('a tree from scratch', () => {
  it('is made in two steps, of which the second has no network, by the same sources', async () => {
    const [folder, own] = [temporaryFolder(), standInTools()];
    const tree = join(folder, 'tree');
    const programs = {
      ...{ mount: '', umount: '', mknod: '', ln: '' },
      unshare: `mkdir ${tree}; { cat; cat ${tree}.apt.conf; stat -c %a ${tree}.apt.conf; env | cut -d= -f1 | sort | tr '\\n' ' '; } > ${folder}/seen`,
    };
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's3cret');
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const source = { uri: 'http://a', suite: 'sid', components: ['main'], keyring: '/k.gpg' };
    const { asked } = await withPrograms(programs, () =>
      bootstrap(tree, {
        ...{ release: 'sid', architecture: 'amd64', packages: ['sudo'], lists: '/lists', tools: own, epoch: 5 },
        repositories: [source, { ...source, suite: 'sid-updates' }],
        aptOptions: ['Acquire::http::Proxy "http://p";', 'Acquire::Retries "3";'],
        gateway: { socket: '/s', options: ['Last "1";'] },
      }),
    );
    write.mockRestore();
    const stanza = 'Types: deb\nURIs: http://a\nSuites: sid\nComponents: main\nSigned-By: /k.gpg\n';
    const [seen = '', names] = readFileSync(join(folder, 'seen'), 'utf8').split('\n600\n');
    expect(seen).toBe(`${stanza}\n${stanza.replace('sid', 'sid-updates')}Acquire::Retries "3";\nLast "1";`);
    expect(names?.split(' ').filter((name) => /AWS|LC_ALL|PATH/.test(name))).toEqual(['LC_ALL', 'PATH']);
    expect(asked[0]).toMatch(/^unshare --net -- perl .*relay\.pl \/s -- setpriv .* mmdebstrap --mode=root/);
    expect(readdirSync(folder).sort()).toEqual(['seen', 'tree']);
  });

  it.each([
    ['E: Failed to fetch http://a/x  404  Not Found', 'NotReady'],
    ["E: The repository 'x' is not signed.", 'BadSignature'],
    ['mmdebstrap: something else', 'CommandFailed'],
  ])('refuses to go on where the download says: %s', async (said, name) => {
    const folder = temporaryFolder();
    const { result } = await withPrograms({ unshare: `echo "${said}" >&2; exit 1` }, () =>
      bootstrap(join(folder, 'tree'), {
        ...{ release: 'sid', architecture: 'amd64', packages: [], lists: '/lists', tools: standInTools() },
        ...{ repositories: [], aptOptions: [], gateway: { socket: '/s', options: [] } },
      }).catch((error) => error),
    );
    expect(result).toMatchObject({ name });
    expect(readdirSync(folder)).toEqual([]);
  });
});
