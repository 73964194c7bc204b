import { expect, it } from 'vitest';
import { bootDrivers } from '../../../lib/catalog/boot/boot-drivers';
import { releaseOf } from '../../../lib/catalog/releases';
import { compare } from '../../../lib/machine/initramfs/drivers';

const wanted = bootDrivers(releaseOf('noble'), 'amd64');
const release = '6.8.0-50-generic';

const kernel = [
  'kernel/drivers/nvme/host/nvme.ko.zst',
  'kernel/drivers/nvme/host/nvme-core.ko.zst',
  'kernel/drivers/ata/ahci.ko.zst',
  'kernel/drivers/net/ethernet/intel/e1000e/e1000e.ko.zst',
  'kernel/drivers/md/raid1.ko.zst',
  'kernel/drivers/net/usb/r8152.ko.zst',
  'kernel/drivers/net/virtio_net.ko.zst',
  'kernel/drivers/net/wireless/ath/ath9k/ath9k.ko.zst',
  'kernel/sound/soundcore.ko.zst',
];

it('holds an initrd with all drivers for whole, whether they are packed or not, and asks for no others', () => {
  const held = kernel.slice(0, 7).map((path) => path.replace('.zst', ''));
  expect(compare(kernel, held, release, wanted)).toEqual({ wanted: 7, found: 7 });
  expect(compare(kernel, kernel, release, wanted)).toEqual({ wanted: 7, found: 7 });
});

it('does not ask for what the kernel does not have as a module', () => {
  expect(compare(['kernel/drivers/block/brd.ko'], ['kernel/drivers/block/brd.ko'], release, wanted)).toEqual({
    wanted: 1,
    found: 1,
  });
});

it('refuses an initrd without nvme, ahci and e1000e, by name', () => {
  const held = kernel.filter((path) => !/nvme\.ko|ahci|e1000e/.test(path));
  expect(() => compare(kernel, held, release, wanted)).toThrow(
    expect.objectContaining({
      name: 'IncompleteInitrd',
      message: `the initrd of ${release} lacks 3 of 7 drivers that its kernel has: nvme, ahci, e1000e`,
    }),
  );
});

it.each([
  'xenial',
  'jammy',
  'noble',
  'resolute',
  'bookworm',
])('wants drivers of networks, disks and RAID of %s', (name) => {
  const { directories, modules } = bootDrivers(releaseOf(name), 'amd64');
  for (const folder of ['net/ethernet', 'net/usb', 'net/bonding', 'nvme', 'ata', 'scsi', 'block', 'infiniband'])
    expect(directories).toContain(`kernel/drivers/${folder}`);
  expect(directories.includes('kernel/drivers/md')).toBe(name !== 'xenial');
  expect(modules).toEqual(expect.arrayContaining(['virtio_net', 'squashfs', 'overlay', 'bcache']));
});

it('wants the disks and networks of mainframes on s390x', () => {
  const { directories } = bootDrivers(releaseOf('noble'), 's390x');
  expect(directories).toContain('kernel/drivers/s390/block');
});

it('names sixty drivers of those that are missing, those first that most servers have, and says how many more there are', () => {
  const names = Array.from({ length: 62 }, (_, index) => `drv${String(index).padStart(2, '0')}`).reverse();
  const modules = ['virtio-blk', 'igb', 'nvme'];
  const own = [...names, ...modules].map((name) => `kernel/drivers/nvme/${name}.ko.xz`);
  const failed = () => compare(own, [], release, { directories: ['kernel/drivers/nvme'], modules: [] });
  const named = ['nvme', 'igb', 'virtio_blk', ...names.toReversed().slice(0, 57)].join(', ');
  expect(failed).toThrow(
    expect.objectContaining({
      message: `the initrd of ${release} lacks 65 of 65 drivers that its kernel has: ${named} and 5 more`,
      hint: 'machines that need these drivers would not boot; see the log for why they were left out',
    }),
  );
  const sixty = () => compare(own.slice(5), [], release, { directories: ['kernel/drivers/nvme'], modules: [] });
  expect(sixty).toThrow(/drivers that its kernel has: (?:\w+, ){59}\w+$/);
});

it('knows a driver by its name, however it is written and packed, and by a folder only what is below it', () => {
  const own = ['a/virtio-net.ko', 'a/b.ko.gz', 'ab/c.ko', 'a/virtio_net.ko.xz'];
  const held = ['x/virtio_net.ko.zst', 'x/b.ko'];
  expect(compare(own, held, release, { directories: ['a'], modules: [] })).toEqual({ wanted: 2, found: 2 });
  expect(compare(own, held, release, { directories: [], modules: ['virtio_net'] })).toEqual({ wanted: 1, found: 1 });
  expect(() => compare(own, held, release, { directories: [], modules: ['c'] })).toThrow(/lacks 1 of 1 .*: c$/);
});
