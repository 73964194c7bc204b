import type { Machine } from '../deployments';
import type { Json, MadeDocument, MadeStream, Words } from './made-stream';

/** A flavour of a test: what its versions are made of, by their names. */
export interface Flavour {
  readonly versions: Readonly<Record<string, string>>;
  /** Words of its root. @default `root` and those of the version, so that flavours share it */
  readonly root?: string;
  readonly files?: Words;
  /** @default `v3` */
  readonly kind?: string;
  /** Fields of the product, or others instead. */
  readonly fields?: Json;
  /** Fields of each item. */
  readonly items?: Json;
}

export interface Published {
  /** By MAAS’s name of the kernel. */
  readonly flavours: Readonly<Record<string, Flavour>>;
  /** Versions of BIOS’s bootloader, what they are made of by their names. @default - none */
  readonly loaders?: Readonly<Record<string, string>>;
  /** @default stable */
  readonly view?: string;
  /** @default noble */
  readonly release?: string;
  /** @default a minute after the last publication */
  readonly loadersUpdated?: Date;
  readonly imageDocument?: Partial<MadeDocument>;
  /** More documents, by content id. */
  readonly more?: Readonly<Record<string, MadeDocument>>;
}

export const ga: Machine = { os: 'ubuntu', release: 'noble', arch: 'amd64', kernel: 'ga-24.04' };
export const hwe: Machine = { ...ga, kernel: 'hwe-24.04' };
export const loaderName = 'pxe/i386/syslinux.tar.xz';

/** Publishes images of a release for amd64, and bootloaders. */
export async function publishImages(stream: MadeStream, published: Published): Promise<void> {
  const { view = 'stable', loaders, loadersUpdated, imageDocument, more } = published;
  const products = imageProducts(stream, published);
  await stream.publish(view, {
    [`com.ubuntu.maas:${view}:v3:download`]: { products, ...imageDocument },
    ...(loaders && {
      [`com.ubuntu.maas:${view}:1:bootloader-download`]: {
        products: loaderProduct(stream, view, loaders),
        ...(loadersUpdated && { updated: loadersUpdated }),
      },
    }),
    ...more,
  });
}

/** Products of images, to be published. */
export function imageProducts(
  stream: MadeStream,
  { view = 'stable', release = 'noble', flavours }: Published,
): Record<string, Json> {
  const entries = Object.entries(flavours).map(([kernel, flavour]) => {
    const id = `com.ubuntu.maas.${view}:${flavour.kind ?? 'v3'}:boot:24.04:amd64:${kernel}`;
    const versions = Object.entries(flavour.versions).map(([name, words]) => {
      const folder = `${release}/amd64/${name}/${kernel}`;
      return [name, stream.version(view, folder, filesOf(kernel, words, flavour), flavour.items)] as const;
    });
    const fields = { ...imageFields, label: view, release, subarch: kernel, ...subarchesOf(kernel), ...flavour.fields };
    return [id, { ...fields, versions: Object.fromEntries(versions) }] as const;
  });
  return Object.fromEntries(entries);
}

const imageFields = { arch: 'amd64', os: 'ubuntu', release_title: '24.04 LTS', kflavor: 'generic', version: '24.04' };

const subarchesOf = (kernel: string) => ({
  subarches: kernel.startsWith('hwe-') ? 'generic,ga-24.04,hwe-24.04' : 'generic,ga-24.04',
});

const filesOf = (kernel: string, words: string, { root = `root ${words}`, files }: Flavour): Words => ({
  'boot-initrd': `initrd ${kernel} ${words}`,
  'boot-kernel': `kernel ${kernel} ${words}`,
  manifest: `manifest ${words}`,
  squashfs: root,
  ...files,
});

function loaderProduct(stream: MadeStream, view: string, loaders: Readonly<Record<string, string>>): Json {
  const source = { src_package: 'syslinux', src_release: 'noble', src_version: '3' };
  const versions = Object.entries(loaders).map(([name, words]) => {
    return [name, stream.version(view, `bootloaders/${name}`, { 'syslinux.tar.xz': words }, source)] as const;
  });
  return {
    [`com.ubuntu.maas.${view}:1:pxelinux:pxe:i386`]: {
      ...{ arch: 'i386', arches: 'i386,amd64', 'bootloader-type': 'pxe', label: view, os: 'pxelinux' },
      versions: Object.fromEntries(versions),
    },
  };
}
