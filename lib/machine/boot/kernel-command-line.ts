/** Parameters for a machine that MAAS boots; see facts/boot.md for the order and meaning of the kernel options. */
export interface MaasBoot {
  /** `10.0.2.100:5248`, which serves images and metadata over plain HTTP. */
  readonly rack: string;
  /** Path of the root squashfs below that address. */
  readonly squashfs: string;
  /** `52:54:00:aa:01:02` */
  readonly mac: string;
  readonly console: string;
  /** Options for some machines only: lib/catalog/boot/boot-options.ts. */
  readonly options: { readonly release: readonly string[]; readonly architecture: readonly string[] };
}

export const preseedPath = '/MAAS/metadata/latest/enlist-preseed/?op=get_enlist_preseed';

/** MAAS's kernel command line for enlistment, plus the serial console that the boot test watches. */
export function maasCommandLine({ rack, squashfs, mac, console, options }: MaasBoot): string {
  return [
    'nomodeset',
    `root=squash:http://${rack}${squashfs}`,
    'ip=::::maas-enlist:BOOTIF:dhcp',
    'ip6=off',
    "cc:{'datasource_list': ['MAAS']}end_cc",
    `cloud-config-url=http://${rack}${preseedPath}`,
    'ro',
    'overlayroot=tmpfs',
    'overlayroot_cfgdisk=disabled',
    ...options.release,
    `log_host=${rack.split(':')[0]}`,
    'log_port=5247',
    ...options.architecture,
    `console=${console}`,
    `BOOTIF=01-${mac.replaceAll(':', '-')}`,
  ].join(' ');
}

/** URL path of a root image on a rack: only the digest matters, the rest is informative. */
export function rackPath(image: {
  sha256: string;
  os: string;
  architecture: string;
  subarch: string;
  release: string;
  view: string;
}): string {
  const { sha256, os, architecture, subarch, release, view } = image;
  return `/images/${sha256.slice(0, 7)}/${os}/${architecture}/${subarch}/${release}/${view}/squashfs`;
}
