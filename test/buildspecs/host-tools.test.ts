import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-root';

const script = join(__dirname, '../../buildspecs/host-tools.sh');

/** What a machine has that this script looks at. */
interface Machine {
  /** @default - none */
  readonly programs?: readonly string[];
  /** os-release. @default - Debian 12's */
  readonly release?: string;
  /** Packages that its apt knows. @default - it has no lists yet */
  readonly known?: readonly string[];
}

const debian12 = 'ID=debian\nVERSION_ID="12"\n';

/** Packages that a machine of amd64 lacks which has these programs and no other. */
function missing(stages: readonly string[], architectures?: string, machine: Machine = {}): string[] {
  const { programs = [], release = debian12, known } = machine;
  const path = temporaryFolder();
  for (const tool of ['sh', 'tr', 'sed']) symlinkSync(join('/bin', tool), join(path, tool));
  const answers = {
    dpkg: 'echo amd64',
    ...(known && { 'apt-cache': `case " ${known.join(' ')} " in *" $2 "*) ;; *) exit 100 ;; esac` }),
    ...Object.fromEntries(programs.map((name) => [name, ':'])),
  };
  for (const [name, answer] of Object.entries(answers)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${answer}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const wanted = architectures === undefined ? '' : `MIRROR_ARCHITECTURE='${architectures}' `;
  const printed = inRelease(release, `PATH=${path} ${wanted}exec /bin/sh "$@"`, [script, '--list', ...stages]);
  // What is a file and no program is there, or not, whatever the path.
  const files = ['debian-archive-keyring', 'qemu-efi-aarch64'];
  return printed.split('\n').filter((name) => name !== '' && !files.includes(name));
}

/** Runs a line of shell where /etc/os-release has another text. @returns what is printed */
function inRelease(release: string, line: string, words: readonly string[]): string {
  const file = join(temporaryFolder(), 'os-release');
  writeFileSync(file, release);
  const there = `mount --bind ${file} /etc/os-release && ${line}`;
  return execFileSync('unshare', ['--mount', '/bin/sh', '-c', there, 'sh', ...words], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

/** A machine of arm64 with dnf, no apt, and these programs, of this distribution. @returns what is printed, and what dnf was told */
function withDnf(
  words: readonly string[],
  programs: readonly string[] = [],
  release = 'fedora',
): { printed: string; told: string } {
  const path = temporaryFolder();
  for (const tool of ['sh', 'tr', 'sed', 'id']) symlinkSync(join('/bin', tool), join(path, tool));
  const told = join(path, 'told');
  const answers = {
    uname: 'echo aarch64',
    dnf: `echo "$@" >>${told}`,
    ...Object.fromEntries(programs.map((name) => [name, ':'])),
  };
  for (const [name, answer] of Object.entries(answers)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${answer}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const printed = inRelease(`ID="${release}"\n`, `PATH=${path} exec /bin/sh "$@"`, [script, ...words]);
  return { printed, told: existsSync(told) ? readFileSync(told, 'utf8') : '' };
}

describe('host-tools.sh where there is dnf instead of apt', () => {
  const imageTools = [
    ...[
      'mksquashfs',
      'getfattr',
      'mount',
      'losetup',
      'gpgv',
      'unshare',
      'setpriv',
      'prlimit',
      'perl',
      'setsid',
      'pivot_root',
    ],
  ];

  it.each(['upgrade', 'prepare', 'extract'])('names what %s needs as dnf does, and installs nothing', (stage) => {
    const { printed, told } = withDnf(['--list', stage]);
    expect(printed).toBe('squashfs-tools\nattr\nutil-linux\ngnupg2\nperl-interpreter\n');
    expect(told).toBe('');
  });

  it('installs just what is missing, gnupg2 in place of the one without gpgv', () => {
    const { told } = withDnf(
      ['extract'],
      ['getfattr', 'mount', 'losetup', 'unshare', 'setpriv', 'prlimit', 'perl', 'setsid', 'pivot_root'],
    );
    expect(told).toBe(
      '--quiet --assumeyes --setopt=install_weak_deps=False --allowerasing install squashfs-tools gnupg2\n',
    );
  });

  it('reads Amazon’s own repository only on Amazon Linux', () => {
    const { told } = withDnf(
      ['extract'],
      ['mksquashfs', 'getfattr', 'mount', 'losetup', 'unshare', 'setpriv', 'prlimit'],
      'amzn',
    );
    expect(told).toMatch(/^--disablerepo=\* --enablerepo=amazonlinux --quiet --assumeyes .* install gnupg2 /);
  });

  it('takes the rest of util-linux where its core alone is there', () => {
    const { printed } = withDnf(
      ['--list', 'extract'],
      ['mksquashfs', 'getfattr', 'gpgv', 'mount', 'losetup', 'unshare', 'perl'],
    );
    expect(printed).toBe('util-linux\n');
  });

  it('leaves a machine alone that has all', () => {
    expect(withDnf(['prepare'], imageTools)).toEqual({ printed: '', told: '' });
  });

  it('goes by apt where both are there', () => {
    const { printed } = withDnf(['--list', 'extract'], ['apt-get']);
    expect(printed).toBe('squashfs-tools\nattr\nmount\ngpgv\nutil-linux\nperl-base\n');
  });

  it('refuses to install where there is neither, and names what is missing', () => {
    const path = temporaryFolder();
    for (const tool of ['sh', 'tr', 'sed', 'id', 'uname']) symlinkSync(join('/bin', tool), join(path, tool));
    const install = () => execFileSync('/bin/sh', [script, 'extract'], { env: { PATH: path }, stdio: 'pipe' });
    expect(install).toThrow(
      /found neither apt-get nor dnf; install these packages yourself: squashfs-tools attr mount gpgv util-linux perl-base/,
    );
  });
});

describe('host-tools.sh --list', () => {
  const extract = ['squashfs-tools', 'attr', 'mount', 'gpgv', 'util-linux', 'perl-base'];

  it.each([undefined, 'amd64', 'i386'])('wants nothing to run programs of the machine itself (%s)', (architectures) => {
    expect(missing(['extract'], architectures)).toEqual(extract);
  });

  it.each([
    'arm64',
    'armhf',
    'ppc64el',
    's390x',
    'riscv64',
    'arm64 amd64 s390x',
  ])('wants the interpreters to run programs of %s', (architectures) => {
    expect(missing(['extract'], architectures)).toEqual([...extract, 'qemu-user-static']);
  });

  it('wants no interpreter that is there', () => {
    for (const name of ['qemu-aarch64-static', 'qemu-aarch64']) {
      expect(missing(['extract'], 'arm64', { programs: [name] })).toEqual(extract);
    }
    expect(missing(['extract'], 'arm64 s390x', { programs: ['qemu-aarch64-static'] })).toContain('qemu-user-static');
  });

  it.each([
    [undefined, ['qemu-system-x86']],
    ['arm64', ['qemu-system-arm']],
    ['armhf', ['qemu-system-arm']],
    ['ppc64el', ['qemu-system-ppc']],
    ['s390x', ['qemu-system-misc']],
    ['riscv64', ['qemu-system-misc']],
    ['amd64 arm64 armhf', ['qemu-system-x86', 'qemu-system-arm']],
  ])('wants the emulators to boot %s', (architectures, packages) => {
    expect(missing(['boot-test'], architectures)).toEqual(packages);
  });

  it('wants the firmware of arm64 machines where it is missing, whatever programs are there', () => {
    const hidden = 'mkdir -p /usr/share/qemu-efi-aarch64 && mount -t tmpfs tmpfs /usr/share/qemu-efi-aarch64';
    const list = `${hidden} && MIRROR_ARCHITECTURE=arm64 sh ${script} --list boot-test`;
    const named = (command: string) => execFileSync('unshare', ['--mount', 'sh', '-c', command], { encoding: 'utf8' });
    expect(named(list).split('\n')).toContain('qemu-efi-aarch64');
    expect(
      named(list.replace('&& MIRROR', '&& touch /usr/share/qemu-efi-aarch64/QEMU_EFI.fd && MIRROR')),
    ).not.toContain('qemu-efi-aarch64');
  });

  const [interpreters, s390x, riscv64] = ['qemu-user-static', 'qemu-system-misc', 'qemu-system-misc'];
  it.each([
    ['Debian 11', 'ID=debian\nVERSION_ID="11"\n', { interpreters, s390x, riscv64 }],
    ['Debian 12', debian12, { interpreters, s390x, riscv64 }],
    ['Debian 13', 'ID=debian\nVERSION_ID="13"\n', {}],
    ['the next Debian', 'ID=debian\nVERSION_CODENAME=forky\n', {}],
    ['Ubuntu 22.04', 'VERSION_ID="22.04"\nID=ubuntu\nID_LIKE=debian\n', { interpreters, riscv64 }],
    ['Ubuntu 24.04', 'VERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n', { interpreters, riscv64 }],
    ['Ubuntu 26.04', 'VERSION_ID="26.04"\nID=ubuntu\nID_LIKE=debian\n', {}],
    ['a system without os-release', '', {}],
  ])('takes the names of %s before apt has lists', (_, release, names) => {
    const named = (stage: string, architecture: string) => missing([stage], architecture, { release }).at(-1);

    const newest = { interpreters: 'qemu-user-binfmt', s390x: 'qemu-system-s390x', riscv64: 'qemu-system-riscv' };
    expect({
      interpreters: named('extract', 'arm64'),
      s390x: named('boot-test', 's390x'),
      riscv64: named('boot-test', 'riscv64'),
    }).toEqual({ ...newest, ...names });
  });

  it('takes the name that the machine’s apt knows, whatever its release', () => {
    const s390x = (...known: readonly string[]) => missing(['boot-test'], 's390x', { known });
    expect(s390x('qemu-system-s390x', 'qemu-system-misc')).toEqual(['qemu-system-s390x']);
    expect(s390x('qemu-system-misc')).toEqual(['qemu-system-misc']);
    const release = 'ID=ubuntu\nVERSION_ID="24.04"\n';
    expect(missing(['prepare'], 'arm64', { release, known: ['qemu-user-binfmt'] })).toContain('qemu-user-binfmt');
  });

  it('wants for all stages what each of them wants', () => {
    const one = (stage: string) => missing([stage], 'arm64');
    const each = ['fetch', 'upgrade', 'prepare', 'extract', 'boot-test', 'bootloaders'].flatMap(one);
    expect(new Set(missing(['all'], 'arm64'))).toEqual(new Set(each));
    expect(each).toEqual(expect.arrayContaining(['mmdebstrap', ...extract, 'qemu-system-arm', 'grub-common']));
    expect(missing(['all', 'tests'])).toEqual(expect.arrayContaining(['qemu-system-x86', 'qemu-system-arm', 'tmux']));
  });

  it.each([
    [['all'], 'x86_64', /no such architecture: x86_64 \(amd64 arm64/],
    [['fetch'], 'arm64 sparc', /no such architecture: sparc/],
    [['fetsch'], 'arm64', /no such stage: fetsch/],
  ])('refuses %s for %s', (stages, architectures, message) => {
    expect(() => missing(stages, architectures)).toThrow(expect.objectContaining({ status: 2 }));
    expect(() => missing(stages, architectures)).toThrow(message);
  });
});
