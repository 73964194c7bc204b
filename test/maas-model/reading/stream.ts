/** What a MAAS knows of a stream after it has read it: the same for both models. */

export interface StreamFile {
  readonly ftype: string;
  /** Relative to the address of the source. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface StreamProduct {
  /** `com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04` */
  readonly id: string;
  /** `ubuntu/noble`; of a bootloader `grub-efi-signed/uefi`. */
  readonly name: string;
  readonly os: string;
  readonly arch: string;
  readonly label: string;
  /** The kernel by MAAS’s name, `hwe-24.04-lowlatency`; of a bootloader `generic`. */
  readonly subarch: string;
  readonly subarches: readonly string[];
  /** `uefi`; of images undefined. */
  readonly firmware?: string;
  /** Whether it has kernels of its own, as Ubuntu’s images have. */
  readonly multiFile: boolean;
  /** Files to download, by the name of the version. */
  readonly versions: ReadonlyMap<string, readonly StreamFile[]>;
}

export interface StreamDocument {
  readonly updated: Date;
  readonly products: readonly StreamProduct[];
}

/** The documents of a stream, in the order of its index. */
export type Manifest = readonly StreamDocument[];

/** MAAS cannot read a stream. The message has the address. */
export class StreamFault extends Error {}

/**
 * The name that MAAS gives to a kernel: the flavour goes behind the subarch, before `-edge`, unless it is `generic` or the
 * subarch is none of `ga-` or `hwe-`.
 */
export function kernelName(subarch: string, flavour: string): string {
  const isPlain = flavour === 'generic' || flavour === subarch || !/ga-|hwe-/.test(subarch);
  if (isPlain) return subarch;
  return subarch.endsWith('-edge') ? `${subarch.slice(0, -'-edge'.length)}-${flavour}-edge` : `${subarch}-${flavour}`;
}

/** Product names that MAAS does not ignore. */
export const productNames = { images: /:v(?:[23]|3\+platform):/i, bootloaders: /:1:/ };

/** The only bootloaders that MAAS takes: firmware, os, architecture. */
export const bootloaders = [
  'pxe pxelinux i386',
  'uefi grub-efi-signed amd64',
  'uefi grub-efi arm64',
  'open-firmware grub-ieee1275 ppc64el',
];

/** Whether a product is one of those that MAAS does not ignore. */
export function isTaken({ id, firmware, os, arch, multiFile }: StreamProduct): boolean {
  if (firmware !== undefined)
    return productNames.bootloaders.test(id) && bootloaders.includes(`${firmware} ${os} ${arch}`);
  return !multiFile || productNames.images.test(id);
}
