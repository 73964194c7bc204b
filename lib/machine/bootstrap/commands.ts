import { join } from 'node:path';
import type { Command } from '../run';

/** A release with nothing but what it cannot do without, and some packages. */
export interface Minimal {
  readonly release: string;
  readonly architecture: string;
  readonly packages: readonly string[];
  /** Where to put the archive's InRelease files, as apt has verified them. */
  readonly lists: string;
  /** Folder with our bootstrap/ */
  readonly tools: string;
}

/**
 * Brings lists and packages into a tree that does not exist yet, and unpacks none. To be given stanzas of apt's sources on
 * its standard input.
 * @param config file with lines of apt.conf, of which the tree keeps nothing
 */
export function downloadCommand(tree: string, config: string, options: Minimal): Command {
  const { release, architecture, packages, lists, tools } = options;
  const words = [join(tools, 'bootstrap/download.sh'), lists, release, architecture, packages.join(' ')];
  return [
    ...mmdebstrap(options),
    '--variant=custom',
    ...skips(['chroot/mount', 'cleanup/apt', 'cleanup/reproducible', 'cleanup/run']),
    `--aptopt=${config}`,
    `--customize-hook=sh ${words.map(quoted).join(' ')} "$1"`,
    release,
    tree,
    fromStandardInput,
  ];
}

export const installEnvironment = {
  // /proc and /sys of the tree are mounted already, read-only: tar could not give these folders their times.
  TAR_OPTIONS: '--exclude=./proc --exclude=./sys',
  // A tree that a power cut leaves half made is of no use anyway.
  DPKG_FORCE: 'unsafe-io',
};

/** Does the rest in /tree, within the walls and without network. To be given the same stanzas. */
export function installCommand(options: Minimal): Command {
  const { release, packages } = options;
  return [
    'sh',
    '-c',
    // mmdebstrap itself makes these links where it may make no devices, and removes them in the end.
    'cd /tree/dev && rm -f fd stdin stdout stderr && exec "$@"',
    'sh',
    ...mmdebstrap(options),
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    ...skips(['check/empty', 'check/signed-by', 'update', 'chroot/mount']),
    ...machineOwn.map((path) => `--customize-hook=rm -f "$1"/${path}`),
    // open-iscsi then makes a name of its own on every machine.
    '--customize-hook=echo GenerateName=yes > "$1"/etc/iscsi/initiatorname.iscsi',
    // MAAS boots with `ro`: systemd makes the overlay writable only where fstab has a root that overlayroot can rewrite.
    '--customize-hook=echo "LABEL=cloudimg-rootfs / ext4 defaults 0 1" > "$1"/etc/fstab',
    // Where copymods mounts the modules that the initramfs carries (LP 1543204).
    '--customize-hook=mkdir -p "$1"/usr/lib/modules',
    '--customize-hook=: > "$1"/etc/machine-id',
    '--customize-hook=rm -rf "$1"/var/log/journal; find "$1"/var/log -type f -delete',
    release,
    '/tree',
    fromStandardInput,
  ];
}

function mmdebstrap({ architecture }: Minimal): Command {
  return [
    'mmdebstrap',
    '--mode=root',
    `--architectures=${architecture}`,
    // Its own look whether the machine runs such programs wants one more package; lib/machine/tree/binfmt.ts sees to it.
    ...skips(['check/qemu']),
  ];
}

/** One at a time: before 1.2.0 it does not split them. */
function skips(steps: readonly string[]): string[] {
  return steps.map((step) => `--skip=${step}`);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const fromStandardInput = '-';

/** Keys, ids and settings of the machine that made the tree: every machine that boots it would have the same. */
const machineOwn = [
  'etc/ssh/ssh_host_*',
  'etc/resolv.conf',
  'etc/hostname',
  'var/lib/systemd/random-seed',
  'var/lib/dbus/machine-id',
];
