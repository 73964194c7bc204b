/** A file of a bootloader package, and its name in the item's archive. */
export interface BootloaderFile {
  /** Path in the package, without a leading slash; may end in a pattern: `usr/lib/syslinux/modules/bios/*.c32`. */
  readonly from: string;
  /** @default - the base name of `from` */
  readonly to?: string;
}

/** One product of the bootloader stream: the first program that MAAS sends to machines with one kind of firmware. */
export interface Bootloader {
  /** `pxelinux`, `grub-efi-signed`, … */
  readonly os: string;
  /** The product's `bootloader-type`: `pxe`, `uefi`, `open-firmware`. */
  readonly firmware: string;
  readonly architecture: string;
  /** The product's `arches`, as it is published. */
  readonly arches: string;
  /** Series whose archive the packages come from. */
  readonly release: string;
  /** Architecture of the package index that lists them; differs from `architecture` if the packages are Architecture: all. */
  readonly packagesOf: string;
  readonly packages: readonly string[];
  /** By item; items are named after source packages. */
  readonly items: Readonly<Record<string, readonly BootloaderFile[]>>;
  /** For an item without files: its one file is built by grub-mkimage from every `*.mod` in a directory. */
  readonly image?: {
    readonly format: string;
    readonly modules: string;
    /** GRUB's first configuration, by its name in buildspecs/bootloaders. */
    readonly config: string;
    readonly output: string;
  };
}

/** `com.ubuntu.maas:candidate:1:bootloader-download` */
export function bootloaderContentId(view: string): string {
  return `com.ubuntu.maas:${view}:1:bootloader-download`;
}

/** `com.ubuntu.maas.candidate:1:grub-efi-signed:uefi:amd64` */
export function bootloaderProductId({ os, firmware, architecture }: Bootloader, view: string): string {
  return `com.ubuntu.maas.${view}:1:${os}:${firmware}:${architecture}`;
}

/** The fields of a bootloader product other than its versions; the label is the view. */
export function bootloaderFields(loader: Bootloader, view: string): Record<string, string> {
  return {
    arch: loader.architecture,
    arches: loader.arches,
    'bootloader-type': loader.firmware,
    label: view,
    os: loader.os,
  };
}

/**
 * Path of an item, relative to the view.
 *
 * @param version UTC date and time: `20261011.083000`
 * @param item name of the source package: `shim-signed`
 */
export function bootloaderItemPath({ firmware, architecture }: Bootloader, version: string, item: string): string {
  return `bootloaders/${firmware}/${architecture}/${version}/${item}.tar.xz`;
}

export const bootloaders: readonly Bootloader[] = [
  {
    os: 'pxelinux',
    firmware: 'pxe',
    // MAAS accepts pxelinux for i386 only, and uses it for 64-bit machines too. It silently ignores the amd64 product that
    // images.maas.io also has, so the contract check refuses that one.
    architecture: 'i386',
    arches: 'i386, amd64',
    release: 'noble',
    packagesOf: 'amd64',
    packages: ['pxelinux', 'syslinux-common'],
    items: {
      syslinux: [
        { from: 'usr/lib/PXELINUX/pxelinux.0' },
        { from: 'usr/lib/PXELINUX/lpxelinux.0' },
        { from: 'usr/lib/syslinux/modules/bios/*.c32' },
      ],
    },
  },
  {
    os: 'grub-efi-signed',
    firmware: 'uefi',
    architecture: 'amd64',
    arches: 'amd64',
    release: 'noble',
    packagesOf: 'amd64',
    packages: ['shim-signed', 'grub-efi-amd64-signed'],
    items: {
      'shim-signed': [
        { from: 'usr/lib/shim/shimx64.efi.signed.latest', to: 'bootx64.efi' },
        { from: 'usr/lib/shim/mmx64.efi' },
      ],
      'grub2-signed': [{ from: 'usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed', to: 'grubx64.efi' }],
    },
  },
  {
    os: 'grub-efi',
    firmware: 'uefi',
    architecture: 'arm64',
    arches: 'arm64',
    release: 'noble',
    packagesOf: 'arm64',
    packages: ['shim-signed', 'grub-efi-arm64-signed'],
    items: {
      'shim-signed': [
        { from: 'usr/lib/shim/shimaa64.efi.signed.latest', to: 'bootaa64.efi' },
        { from: 'usr/lib/shim/mmaa64.efi' },
      ],
      'grub2-signed': [{ from: 'usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed', to: 'grubaa64.efi' }],
    },
  },
  {
    os: 'grub-ieee1275',
    firmware: 'open-firmware',
    architecture: 'ppc64el',
    arches: 'ppc64el,ppc64',
    release: 'xenial',
    packagesOf: 'ppc64el',
    packages: ['grub-ieee1275-bin'],
    items: { grub2: [] },
    image: {
      format: 'powerpc-ieee1275',
      modules: 'usr/lib/grub/powerpc-ieee1275',
      config: 'ppc64el.cfg',
      output: 'bootppc64.bin',
    },
  },
];
