import { describe, expect, it, test } from 'vitest';
import { bootDrivers } from '../../../lib/catalog/boot/boot-drivers';
import { releaseOf } from '../../../lib/catalog/releases';

const noble = bootDrivers(releaseOf('noble'), 'amd64');
const folder = (name: string) => `kernel/drivers/${name}`;

describe('an initrd may lack no driver of', () => {
  it.each([
    ['virtual machines of KVM', ['virtio_pci', 'virtio_net'], []],
    ['virtual machines of Xen', ['xen-netfront'], []],
    ['virtual machines of Hyper-V', ['hv_vmbus'], ['net/hyperv']],
    [
      'virtual machines of VMware, which may have the disks of an old LSI',
      ['mptsas', 'mptspi', 'mptfc'],
      ['net/vmxnet3'],
    ],
    ['disks behind the RAID of Intel', ['vmd'], ['nvme', 'ata']],
    ['disks of servers', [], ['scsi', 'block']],
    ['flash of small boards', [], ['mmc', 'ufs', 'usb/storage']],
    ['networks, whose chips need those of their wires', [], ['net/ethernet', 'net/phy', 'net/mdio', 'net/fjes']],
    ['the image itself, which is a squashfs under an overlay', ['loop', 'squashfs', 'overlay'], []],
    ['what MAAS asks for beyond them', ['bcache', 'zfs'], ['infiniband', 'char/ipmi']],
  ])('%s', (_, modules, folders) => {
    expect(noble.modules).toEqual(expect.arrayContaining(modules));
    expect(noble.directories).toEqual(expect.arrayContaining(folders.map(folder)));
  });
});

test.each(['noble', 'resolute'])('no driver of %s is named twice', (name) => {
  const { directories, modules } = bootDrivers(releaseOf(name), 'amd64');

  expect([new Set(directories).size, new Set(modules).size]).toEqual([directories.length, modules.length]);
});

test('mainframes alone have the channels of mainframes', () => {
  const channels = ['s390/block', 's390/net', 's390/scsi'].map(folder);

  expect(bootDrivers(releaseOf('noble'), 's390x').directories).toEqual(expect.arrayContaining(channels));
  expect(noble.directories.filter((name) => name.includes('s390'))).toEqual([]);
});
