import { expect, test } from 'vitest';
import { dracutDrivers, initramfsModules, initramfsPackages, type Reasoned } from '../../../lib/catalog/boot/initramfs';
import { releaseOf, releases } from '../../../lib/catalog/releases';

const directories = [
  'kernel/drivers/char/ipmi LP 1333271',
  'kernel/drivers/net/usb LP 1552378',
  'kernel/drivers/net/bonding LP 1835275',
  'kernel/drivers/infiniband LP 1835275',
  'kernel/drivers/dax LP 1833604',
  'kernel/drivers/nvdimm LP 1833604',
  'kernel/net/openvswitch LP 1914762',
  'kernel/net/vmw_vsock LP 2018454',
  'kernel/net/9p LP 2018454',
];
const modules = ['bcache LP 1513176', 'hpilo LP 1761639', 'virtiofs LP 2018454', '9p LP 2018454'];
const armModules = ['cppc-cpufreq LP 2046452', 'i2c-thunderx LP 1702976'];

test('initrds of initramfs-tools hold the modules that bugs asked for', () => {
  const { directories: found, modules: single } = initramfsModules(releaseOf('noble'), 'amd64');
  expect(words(found)).toEqual([...directories, 'kernel/drivers/md LP 1813228']);
  expect(words(single)).toEqual([...modules, 'zfs LP 1737592']);
});

test('initrds of arm64 hold its own modules, too', () => {
  expect(words(initramfsModules(releaseOf('xenial'), 'arm64').modules)).toEqual([
    ...modules,
    ...armModules,
    'zfs LP 1737592',
  ]);
});

test('xenial alone of the initramfs-tools releases goes without the md directory', () => {
  const without = releases
    .filter(({ initramfs }) => initramfs === 'initramfs-tools')
    .filter((release) => !words(initramfsModules(release, 'amd64').directories).join().includes('kernel/drivers/md'));
  expect(without.map(({ name }) => name)).toEqual(['xenial']);
});

test('initrds of Debian hold no zfs, which its main archive does not have', () => {
  const { directories: found, modules: single } = initramfsModules(releaseOf('bookworm'), 'arm64');
  expect(words(found)).toEqual([...directories, 'kernel/drivers/md LP 1813228']);
  expect(words(single)).toEqual([...modules, ...armModules]);
});

test('refuses to tell modules of initramfs-tools for a release that uses dracut', () => {
  expect(() => initramfsModules(releaseOf('resolute'), 'amd64')).toThrow(
    expect.objectContaining({ name: 'NotSupported', message: 'initrds of resolute are built by dracut' }),
  );
});

const everywhere = {
  modules: ['bcache', 'virtiofs', '9p', 'zfs'],
  directories: [
    'drivers/block drivers/char drivers/dax drivers/gpu/drm drivers/i2c drivers/infiniband drivers/md',
    'drivers/net/bonding drivers/scsi net/openvswitch net/vmw_vsock net/9p',
  ].flatMap((line) => line.split(' ')),
};
const onServers = [
  'drivers/ata drivers/bus drivers/char/ipmi drivers/extcon drivers/message drivers/net/thunderbolt drivers/net/usb',
  'drivers/ntb drivers/nvdimm drivers/pwm',
].flatMap((line) => line.split(' '));
const onAcpi = ['drivers/acpi/nfit', 'drivers/net/fjes'];

test.each([
  ['armhf', [], []],
  ['s390x', [], []],
  ['ppc64el', ['hpilo'], onServers],
  ['amd64', ['hpilo'], [...onServers, ...onAcpi, 'drivers/net/hyperv', 'drivers/net/vmxnet3']],
  ['arm64', ['hpilo', 'cppc-cpufreq', 'i2c-thunderx'], [...onServers, ...onAcpi, 'drivers/net/hyperv']],
  ['riscv64', ['hpilo'], [...onServers, ...onAcpi, 'drivers/net/vmxnet3']],
])('dracut gets the drivers of %s', (architecture, moreModules, moreDirectories) => {
  expect(dracutDrivers(architecture)).toEqual({
    modules: [...everywhere.modules, ...moreModules],
    directories: [...everywhere.directories, ...moreDirectories],
  });
});

test.each([
  ['xenial', false, []],
  ['bionic', false, []],
  ['focal', true, []],
  ['noble', true, []],
  ['resolute', true, ['dracut LP 2151116', 'dracut-network']],
])('%s gets the packages that boot it over the network (cryptsetup-initramfs: %j)', (release, cryptsetup, makers) => {
  expect(words(initramfsPackages(releaseOf(release)))).toEqual([
    'cloud-initramfs-dyn-netconf LP 1749019',
    'open-iscsi',
    'overlayroot',
    ...(cryptsetup ? ['cryptsetup-initramfs LP 1818876'] : []),
    'cloud-initramfs-copymods',
    'cloud-initramfs-rooturl LP 1688606',
    ...makers,
  ]);
});

test('Debian gets busybox for our own hooks in place of the two packages that it does not have', () => {
  expect(words(initramfsPackages(releaseOf('bookworm')))).toEqual([
    'cloud-initramfs-dyn-netconf LP 1749019',
    'open-iscsi',
    'overlayroot',
    'busybox',
  ]);
});

function words(facts: readonly Reasoned[]): string[] {
  return facts.map(({ name, bug }) => (bug ? `${name} ${bug}` : name));
}
