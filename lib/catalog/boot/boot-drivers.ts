import type { Release } from '../releases';
import { dracutDrivers, initramfsModules } from './initramfs';

export interface BootDrivers {
  /** Folders below `/lib/modules/<version>/`: `kernel/drivers/nvme`. */
  readonly directories: readonly string[];
  readonly modules: readonly string[];
}

/**
 * The drivers that an initrd must contain if its kernel has them: networks, disks and RAID, as whole folders of the kernel,
 * and what MAAS needs in addition. Real machines need them; QEMU boots without them, so a boot test would not notice.
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

/** initramfs-tools includes each of these completely (MODULES=most); dracut selects by symbols and may omit some. */
const folders = [
  ...['net/ethernet', 'net/phy', 'net/mdio', 'net/hyperv', 'net/vmxnet3', 'net/fjes'],
  ...['nvme', 'ata', 'scsi', 'ufs', 'block', 'mmc', 'usb/storage'],
];

/** Single modules, from folders that also contain drivers that no boot needs. */
const modules = [
  ...['virtio_pci', 'virtio_net', 'xen-netfront', 'hv_vmbus', 'vmd'],
  ...['mptsas', 'mptspi', 'mptfc'],
  ...['loop', 'squashfs', 'overlay'],
];

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
