/** The three kinds of document that MAAS distinguishes, and what their products and versions must contain. */
export interface ProductKind {
  /** String fields of the product itself. */
  readonly fields: readonly string[];
  /** Fields that must be strings if present. */
  readonly optionalFields: readonly string[];
  /** Items by name, with their required file types. */
  readonly items: Readonly<Record<string, string>>;
  readonly requiredItems: readonly string[];
  /** At least one of these is required. */
  readonly oneOf: readonly string[];
  /** String fields of each item, in addition to `ftype`, `path` and `sha256`. */
  readonly itemFields: readonly string[];
}

export type ProductKindName = 'image' | 'bootloader' | 'single-file';

const everyProduct = ['arch', 'label', 'os'];
const everyImage = [...everyProduct, 'release', 'release_title', 'subarch', 'subarches', 'version'];

export const productKinds: Readonly<Record<ProductKindName, ProductKind>> = {
  image: {
    fields: everyImage,
    optionalFields: ['krel', 'release_codename'],
    items: {
      'boot-kernel': 'boot-kernel',
      'boot-initrd': 'boot-initrd',
      'boot-dtb': 'boot-dtb',
      manifest: 'manifest',
      squashfs: 'squashfs',
      'root-image.gz': 'root-image.gz',
    },
    requiredItems: ['boot-kernel', 'boot-initrd', 'manifest'],
    oneOf: ['squashfs', 'root-image.gz'],
    itemFields: [],
  },
  bootloader: {
    fields: [...everyProduct, 'arches', 'bootloader-type'],
    optionalFields: [],
    items: {
      'grub2-signed': 'archive.tar.xz',
      'shim-signed': 'archive.tar.xz',
      grub2: 'archive.tar.xz',
      syslinux: 'archive.tar.xz',
    },
    requiredItems: [],
    oneOf: ['grub2-signed', 'shim-signed', 'grub2', 'syslinux'],
    itemFields: ['src_package', 'src_release', 'src_version'],
  },
  'single-file': {
    fields: everyImage,
    optionalFields: ['kflavor', 'krel', 'release_codename'],
    items: { manifest: 'manifest', 'root-tgz': 'root-tgz' },
    requiredItems: ['manifest', 'root-tgz'],
    oneOf: [],
    itemFields: [],
  },
};

/** A product whose name does not match is ignored by MAAS; any name is accepted for single files. */
export const productNamePatterns: Readonly<Record<ProductKindName, RegExp>> = {
  image: /:v(?:[23]|3\+platform):/,
  bootloader: /:1:/,
  'single-file': /^/,
};

/** `bootloader-type`, `os` and `arch` of the bootloaders that MAAS accepts. BIOS is i386, even for 64-bit machines. */
export const supportedBootloaders = [
  'pxe / pxelinux / i386',
  'uefi / grub-efi-signed / amd64',
  'uefi / grub-efi / arm64',
  'open-firmware / grub-ieee1275 / ppc64el',
] as const;

/** File types that MAAS knows, and `manifest`, which it requires but never downloads. */
export const knownFtypes: readonly string[] = [
  'manifest',
  'boot-kernel',
  'boot-initrd',
  'boot-dtb',
  'squashfs',
  'root-image.gz',
  'archive.tar.xz',
  'root-tgz',
  'root-tbz',
  'root-txz',
  'root-dd',
  'root-dd.tar',
  'root-dd.raw',
  'root-dd.bz2',
  'root-dd.gz',
  'root-dd.xz',
  'root-dd.tar.bz2',
  'root-dd.tar.xz',
  'self-extracting',
];

/** The intended kind of a product, judged by fields and items that only one kind has. */
export function kindOf(fields: readonly string[], itemNames: readonly string[]): ProductKindName {
  const holds = (names: readonly string[]) => itemNames.some((name) => names.includes(name));
  if (fields.includes('bootloader-type') || holds(productKinds.bootloader.oneOf)) return 'bootloader';
  if (holds(['boot-kernel', 'boot-initrd', ...productKinds.image.oneOf])) return 'image';
  return holds(['root-tgz']) ? 'single-file' : 'image';
}
