import { MirrorError } from '../../errors';
import type { Release } from '../releases';

/** Something that initrds need, with the Launchpad bug that explains why, if any: `LP 1333271`. */
export interface Reasoned {
  readonly name: string;
  readonly bug?: string;
}

/**
 * Kernel modules to add to an initrd made by initramfs-tools: whole directories below `/lib/modules/<version>/`, and single
 * modules.
 *
 * @throws NotSupported for a release whose initrds are built by dracut
 */
export function initramfsModules(
  release: Release,
  architecture: string,
): { directories: readonly Reasoned[]; modules: readonly Reasoned[] } {
  if (release.initramfs !== 'initramfs-tools') {
    throw new MirrorError('NotSupported', `initrds of ${release.name} are built by ${release.initramfs}`, {
      hint: 'use dracutDrivers for its modules',
    });
  }
  return {
    directories: pick(directories, release, architecture),
    modules: pick(modules, release, architecture),
  };
}

/**
 * Additions for dracut's `add_drivers`: modules, and whole directories relative to `/lib/modules/<version>/kernel/` (dracut
 * requires a `=` before each). LP 2151116.
 */
export function dracutDrivers(architecture: string): { modules: readonly string[]; directories: readonly string[] } {
  const rows = dracutRows.filter(({ only }) => !only || only.includes(architecture));
  return {
    modules: rows.flatMap((row) => row.modules ?? []),
    directories: rows.flatMap((row) => row.directories ?? []),
  };
}

/** Packages that must be installed while the initrd is built, so that MAAS can boot it over the network. */
export function initramfsPackages(release: Release): readonly Reasoned[] {
  return pick(packages, release, '');
}

/** What a fact applies to. */
interface Scope {
  /** @default - all */
  readonly families?: readonly string[];
  /** @default - all */
  readonly architectures?: readonly string[];
  /** Initramfs generators. @default - all */
  readonly makers?: readonly Release['initramfs'][];
  /** Releases that it does not apply to. @default - none */
  readonly except?: readonly string[];
}

function pick(facts: readonly (Reasoned & Scope)[], release: Release, architecture: string): readonly Reasoned[] {
  return facts
    .filter(({ families = [release.family] }) => families.includes(release.family))
    .filter(({ makers = [release.initramfs] }) => makers.includes(release.initramfs))
    .filter(({ architectures = [architecture] }) => architectures.includes(architecture))
    .filter(({ except = [] }) => !except.includes(release.name))
    .map(({ name, bug }) => (bug ? { name, bug } : { name }));
}

const directories: readonly (Reasoned & Scope)[] = [
  { name: 'kernel/drivers/char/ipmi', bug: 'LP 1333271' },
  { name: 'kernel/drivers/net/usb', bug: 'LP 1552378' },
  { name: 'kernel/drivers/net/bonding', bug: 'LP 1835275' },
  { name: 'kernel/drivers/infiniband', bug: 'LP 1835275' },
  { name: 'kernel/drivers/dax', bug: 'LP 1833604' },
  { name: 'kernel/drivers/nvdimm', bug: 'LP 1833604' },
  { name: 'kernel/net/openvswitch', bug: 'LP 1914762' },
  { name: 'kernel/net/vmw_vsock', bug: 'LP 2018454' },
  { name: 'kernel/net/9p', bug: 'LP 2018454' },
  { name: 'kernel/drivers/md', bug: 'LP 1813228', except: ['xenial'] },
];

const modules: readonly (Reasoned & Scope)[] = [
  { name: 'bcache', bug: 'LP 1513176' },
  { name: 'hpilo', bug: 'LP 1761639' },
  { name: 'virtiofs', bug: 'LP 2018454' },
  { name: '9p', bug: 'LP 2018454' },
  { name: 'cppc-cpufreq', bug: 'LP 2046452', architectures: ['arm64'] },
  { name: 'i2c-thunderx', bug: 'LP 1702976', architectures: ['arm64'] },
  // For curtin, which needs only the module, not zfs-initramfs. Debian's main does not contain it.
  { name: 'zfs', bug: 'LP 1737592', families: ['ubuntu'] },
];

const packages: readonly (Reasoned & Scope)[] = [
  { name: 'cloud-initramfs-dyn-netconf', bug: 'LP 1749019' },
  { name: 'open-iscsi' },
  { name: 'overlayroot' },
  { name: 'cryptsetup-initramfs', bug: 'LP 1818876', families: ['ubuntu'], except: ['xenial', 'bionic'] },
  // Debian has neither of these two: our own hooks replace them, using busybox.
  { name: 'cloud-initramfs-copymods', families: ['ubuntu'] },
  { name: 'cloud-initramfs-rooturl', bug: 'LP 1688606', families: ['ubuntu'] },
  { name: 'busybox', families: ['debian'] },
  // Ubuntu's images contain it since they use dracut, but an image given as base may not.
  { name: 'dracut', bug: 'LP 2151116', makers: ['dracut'] },
  { name: 'dracut-network', makers: ['dracut'] },
];

interface DracutRow {
  /** Architectures that it applies to. @default - all */
  readonly only?: readonly string[];
  readonly modules?: readonly string[];
  readonly directories?: readonly string[];
}

const dracutRows: readonly DracutRow[] = [
  {
    modules: ['bcache', 'virtiofs', '9p', 'zfs'],
    directories: [
      ...below('drivers', ['block', 'char', 'dax', 'gpu/drm', 'i2c', 'infiniband', 'md', 'net/bonding', 'scsi']),
      ...below('net', ['openvswitch', 'vmw_vsock', '9p']),
    ],
  },
  {
    only: ['amd64', 'arm64', 'ppc64el', 'riscv64'],
    modules: ['hpilo'],
    directories: [
      ...below('drivers', ['ata', 'bus', 'char/ipmi', 'extcon', 'message', 'net/thunderbolt', 'net/usb']),
      ...below('drivers', ['ntb', 'nvdimm', 'pwm']),
    ],
  },
  { only: ['amd64', 'arm64', 'riscv64'], directories: below('drivers', ['acpi/nfit', 'net/fjes']) },
  { only: ['amd64', 'arm64'], directories: below('drivers', ['net/hyperv']) },
  { only: ['amd64', 'riscv64'], directories: below('drivers', ['net/vmxnet3']) },
  { only: ['arm64'], modules: ['cppc-cpufreq', 'i2c-thunderx'] },
];

function below(directory: string, names: readonly string[]): string[] {
  return names.map((name) => `${directory}/${name}`);
}
