import { join } from 'node:path';
import type { Command } from '../run';

/** A minimal system of a release, with some additional packages. */
export interface Minimal {
  readonly release: string;
  readonly architecture: string;
  readonly packages: readonly string[];
  /** Folder for the archive's InRelease files, as verified by apt. */
  readonly lists: string;
  /** Folder that contains bootstrap/. */
  readonly tools: string;
  /** Path of a foreign mmdebstrap, which installs the packages in the sandbox. @default - this machine's */
  readonly mmdebstrap?: string | undefined;
}

/**
 * Downloads lists and packages into a new tree without unpacking any. Reads deb822 stanzas from standard input. It is run
 * outside the sandbox, so always by this machine's mmdebstrap, which may be an old one (0.8.4 on Ubuntu 22.04).
 * @param config file with lines of apt.conf, which the tree does not keep
 */
export function downloadCommand(tree: string, config: string, options: Minimal): Command {
  const { release, architecture, packages, lists, tools } = options;
  const words = [join(tools, 'bootstrap/download.sh'), lists, release, architecture, packages.join(' ')];
  return [
    'mmdebstrap',
    ...common(options),
    '--variant=custom',
    ...skips(['chroot/mount', 'cleanup/apt', 'cleanup/reproducible', 'cleanup/run']),
    `--aptopt=${config}`,
    // mmdebstrap 0.x mounts /proc and /sys for hooks even with --skip=chroot/mount, so both folders must exist.
    '--setup-hook=mkdir "$1"/proc "$1"/sys',
    `--customize-hook=sh ${words.map(quoted).join(' ')} "$1"`,
    // No release: for a known one, versions 0.x use gpg to look for its keys, which fails if apt has an armoured key.
    '',
    tree,
    fromStandardInput,
  ];
}

export const installEnvironment = {
  // /proc and /sys of the tree are already mounted read-only, so tar could not set their times.
  TAR_OPTIONS: '--exclude=./proc --exclude=./sys',
  // A tree that is incomplete after a power failure is useless anyway.
  DPKG_FORCE: 'unsafe-io',
};

/** Does the rest in /tree, sandboxed and without network. Reads the same stanzas from standard input. */
export function installCommand(options: Minimal): Command {
  const { release, packages } = options;
  return [
    'sh',
    '-c',
    // mmdebstrap creates these links itself if it cannot create devices, and removes them at the end.
    'cd /tree/dev && rm -f fd stdin stdout stderr && exec "$@"',
    'sh',
    options.mmdebstrap === undefined ? 'mmdebstrap' : '/brought',
    ...common(options),
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    ...skips(['check/empty', 'check/signed-by', 'update', 'chroot/mount']),
    ...machineOwn.map((path) => `--customize-hook=rm -f "$1"/${path}`),
    // Makes open-iscsi generate a unique name on each machine.
    '--customize-hook=echo GenerateName=yes > "$1"/etc/iscsi/initiatorname.iscsi',
    // MAAS boots with `ro`: systemd makes the overlay writable only if fstab has a root entry that overlayroot can rewrite.
    '--customize-hook=echo "LABEL=cloudimg-rootfs / ext4 defaults 0 1" > "$1"/etc/fstab',
    // copymods mounts the modules of the initramfs here (LP 1543204).
    '--customize-hook=mkdir -p "$1"/usr/lib/modules',
    '--customize-hook=: > "$1"/etc/machine-id',
    '--customize-hook=rm -rf "$1"/var/log/journal; find "$1"/var/log -type f -delete',
    release,
    '/tree',
    fromStandardInput,
  ];
}

function common({ architecture }: Minimal): string[] {
  return [
    '--mode=root',
    `--architectures=${architecture}`,
    // mmdebstrap's own check needs another package; lib/machine/tree/binfmt.ts sets up the emulation.
    ...skips(['check/qemu']),
  ];
}

/** One option per step: mmdebstrap before 1.2.0 does not split lists. */
function skips(steps: readonly string[]): string[] {
  return steps.map((step) => `--skip=${step}`);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const fromStandardInput = '-';

/** Keys, ids and settings that would be the same on every machine that boots the tree. */
const machineOwn = [
  'etc/ssh/ssh_host_*',
  'etc/resolv.conf',
  'etc/hostname',
  'var/lib/systemd/random-seed',
  'var/lib/dbus/machine-id',
];
