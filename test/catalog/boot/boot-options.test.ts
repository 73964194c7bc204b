import { describe, expect, it } from 'vitest';
import { architectureOf, architectures } from '../../../lib/catalog/architectures';
import { bootOptionsOf } from '../../../lib/catalog/boot/boot-options';
import { releaseOf, releases } from '../../../lib/catalog/releases';
import { maasCommandLine } from '../../../lib/machine/boot/kernel-command-line';

const lineOf = (release: string, architecture: string) =>
  maasCommandLine({
    ...{ rack: '10.20.0.2:5248', squashfs: '/images/4369b40/ubuntu/x/squashfs', mac: '52:54:00:aa:01:02' },
    console: architectureOf(architecture).qemu.console,
    options: bootOptionsOf(releaseOf(release), architecture),
  });

/** MAAS's table, in its order; what only some machines get says which. */
const table: readonly (readonly [string, (release: string, architecture: string) => boolean])[] = [
  ['nomodeset', () => true],
  ['root=squash:http://10.20.0.2:5248/images/4369b40/ubuntu/x/squashfs', () => true],
  ['ip=::::maas-enlist:BOOTIF:dhcp', () => true],
  ['ip6=off', () => true],
  ["cc:{'datasource_list': ['MAAS']}end_cc", () => true],
  ['cloud-config-url=http://10.20.0.2:5248/MAAS/metadata/latest/enlist-preseed/?op=get_enlist_preseed', () => true],
  ['ro', () => true],
  ['overlayroot=tmpfs', () => true],
  ['overlayroot_cfgdisk=disabled', () => true],
  ['apparmor=0', (release) => ['xenial', 'bionic', 'focal', 'groovy', 'hirsute', 'impish'].includes(release)],
  ['log_host=10.20.0.2', () => true],
  ['log_port=5247', () => true],
  ['rootdelay=60', (_, architecture) => architecture === 'ppc64el'],
  ['console=ttyS0', (_, architecture) => ['amd64', 'i386', 'riscv64'].includes(architecture)],
  ['console=ttyAMA0', (_, architecture) => ['arm64', 'armhf'].includes(architecture)],
  ['console=hvc0', (_, architecture) => architecture === 'ppc64el'],
  ['console=ttysclp0', (_, architecture) => architecture === 's390x'],
  ['BOOTIF=01-52-54-00-aa-01-02', () => true],
];

describe('the kernel command line', () => {
  it.each(releases.map(({ name }) => name))('of %s is MAAS’s on every architecture', (release) => {
    for (const { name } of architectures) {
      const words = table.filter(([, applies]) => applies(release, name)).map(([word]) => word);
      expect(lineOf(release, name)).toBe(words.join(' '));
    }
  });
});
