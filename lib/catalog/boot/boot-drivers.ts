import type { Release } from '../releases';
import { dracutDrivers, initramfsModules } from './initramfs';

export interface BootDrivers {
  /** Folders below `/lib/modules/<version>/`: `kernel/drivers/nvme`. */
  readonly directories: readonly string[];
  readonly modules: readonly string[];
}

/**
 * The drivers that no initrd may lack if its kernel has them: those of networks, disks and RAID, whole folders of the
 * kernel's own, and what MAAS wants beyond them. Real machines need them; a machine of QEMU's boots without.
 */
export function bootDrivers(release: Release, architecture: string): BootDrivers {
  const wanted = wantedByMaas(release, architecture);
  return {
    directories: unique([...wanted.directories, ...foldersFor(architecture)]),
    modules: unique([...wanted.modules, ...modules]),
  };
}

function wantedByMaas(release: Release, architecture: string): BootDrivers {
  if (release.initramfs === 'dracut') {
    const { directories, modules: names } = dracutDrivers(architecture);
    return { directories: directories.map((name) => `kernel/${name}`), modules: names };
  }
  const { directories, modules: names } = initramfsModules(release, architecture);
  return { directories: directories.map(({ name }) => name), modules: names.map(({ name }) => name) };
}

function foldersFor(architecture: string): string[] {
  const own = architecture === 's390x' ? ['s390/block', 's390/net', 's390/scsi'] : [];
  return [...folders, ...own].map((name) => `kernel/drivers/${name}`);
}

/** initramfs-tools takes each of these whole by itself (MODULES=most); dracut goes by symbols, and may leave some out. */
const folders = [
  ...['net/ethernet', 'net/phy', 'net/mdio', 'net/hyperv', 'net/vmxnet3', 'net/fjes'],
  ...['nvme', 'ata', 'scsi', 'ufs', 'block', 'mmc', 'usb/storage'],
];

/** Of folders that also hold what no boot needs. */
const modules = [
  ...['virtio_pci', 'virtio_net', 'xen-netfront', 'hv_vmbus', 'vmd'],
  ...['mptsas', 'mptspi', 'mptfc'],
  ...['loop', 'squashfs', 'overlay'],
];

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
