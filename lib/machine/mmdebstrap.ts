import { rm, writeFile } from 'node:fs/promises';
import { type Repository, stanzaOf } from './apt';
import { allSaid, archiveFailure } from './apt-errors';
import { awayFromCredentials } from './credential-addresses';
import { type Command, run } from './run';

export interface BootstrapOptions {
  readonly release: string;
  readonly architecture: string;
  readonly packages: readonly string[];
  /** @default - empty: what mmdebstrap takes by itself */
  readonly repositories: readonly Repository[];
  /** Lines of apt.conf, or files of them; mmdebstrap does not take over those of the machine. */
  readonly aptOptions: readonly string[];
  /** Where to put the archive's InRelease files, as apt has verified them. */
  readonly lists: string;
  /** Seconds since 1970: dates that package scripts write. @default - now */
  readonly epoch?: number;
}

/** Makes a tree of a Debian release from its archive. @throws what a failing apt is told as (lib/machine/apt-errors.ts) */
export async function bootstrap(tree: string, options: BootstrapOptions): Promise<void> {
  const env: Record<string, string> = { ...environment(), LC_ALL: 'C' };
  if (options.epoch !== undefined) env.SOURCE_DATE_EPOCH = String(options.epoch);
  // Not as words of the command, which everybody on this machine can read: a proxy may have a password.
  const config = `${tree}.apt.conf`;
  await writeFile(config, `${options.aptOptions.join('\n')}\n`, { mode: 0o600 });
  try {
    const command = bootstrapCommand(tree, { ...options, aptOptions: [config] });
    const input = options.repositories.map((one) => stanzaOf(one, one.keyring)).join('\n');
    await awayFromCredentials(() => run(command, { env, input }));
  } catch (error) {
    throw isOfArchive(error) ? archiveFailure(error) : error;
  } finally {
    await rm(config, { force: true });
  }
}

/** mmdebstrap hands its environment on to package scripts, which may not know how a builder gets its credentials. */
function environment(): Record<string, string> {
  const known = /^(?:PATH|HOME|TMPDIR|APT_CONFIG|(?:https?|no)_proxy)$/i;
  return Object.fromEntries(Object.entries(process.env as Record<string, string>).filter(([name]) => known.test(name)));
}

/** It can fail for many a reason. */
function isOfArchive(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Failed to fetch|is not signed|Release file|Unable to locate|Hash Sum/.test(allSaid(error))
  );
}

export function bootstrapCommand(tree: string, options: BootstrapOptions): Command {
  const { release, architecture, packages, repositories, aptOptions, lists } = options;
  return [
    'mmdebstrap',
    '--variant=minbase',
    '--mode=root',
    `--architectures=${architecture}`,
    // Its own look whether the machine runs such programs wants one more package; lib/machine/binfmt.ts sees to it.
    '--skip=check/qemu',
    `--include=${packages.join(',')}`,
    ...machineOwn.map((path) => `--customize-hook=rm -f "$1"/${path}`),
    // open-iscsi then makes a name of its own on every machine.
    '--customize-hook=echo GenerateName=yes > "$1"/etc/iscsi/initiatorname.iscsi',
    // MAAS boots with `ro`: systemd makes the overlay writable only where fstab has a root that overlayroot can rewrite.
    '--customize-hook=echo "LABEL=cloudimg-rootfs / ext4 defaults 0 1" > "$1"/etc/fstab',
    // Where copymods mounts the modules that the initramfs carries (LP 1543204).
    '--customize-hook=mkdir -p "$1"/usr/lib/modules',
    '--customize-hook=: > "$1"/etc/machine-id',
    '--customize-hook=rm -rf "$1"/var/log/journal; find "$1"/var/log -type f -delete',
    `--customize-hook=copy-out /var/lib/apt/lists ${lists}`,
    ...aptOptions.map((option) => `--aptopt=${option.replace(/;$/, '')}`),
    release,
    tree,
    // '-' reads deb822 stanzas from standard input.
    ...(repositories.length === 0 ? [] : ['-']),
  ];
}

/** Keys, ids and settings of the machine that made the tree: every machine that boots it would have the same. */
const machineOwn = [
  'etc/apt/apt.conf.d/99mmdebstrap',
  'etc/ssh/ssh_host_*',
  'etc/resolv.conf',
  'etc/hostname',
  'var/lib/systemd/random-seed',
  'var/lib/dbus/machine-id',
];
