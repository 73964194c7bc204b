import { type Kernel, kernelsOf } from './kernels';
import { type Release, releases } from './releases';

export type ItemName = 'squashfs' | 'manifest' | 'boot-kernel' | 'boot-initrd' | 'boot-dtb';

/** Id of the document with a view's products of this release's family: `com.ubuntu.maas:candidate:v3:download`. */
export function contentId({ family }: Pick<Release, 'family'>, view: string): string {
  return `com.${family}.maas:${view}:v3:download`;
}

/** `com.ubuntu.maas.candidate:v3:boot:24.04:amd64:hwe-24.04-lowlatency-edge` */
export function productId(kernel: Kernel, view: string): string {
  const { family, version } = kernel.ofRelease;
  return `com.${family}.maas.${view}:v3:boot:${version}:${kernel.architecture}:${kernelPartOf(kernel)}`;
}

export interface ParsedProductId {
  readonly family: Release['family'];
  readonly view: string;
  /** Of the release: `24.04`. */
  readonly version: string;
  readonly architecture: string;
  /** `hwe-24.04-lowlatency-edge` */
  readonly kernelPart: string;
  /** The kernel, if it is in the catalogue. */
  readonly kernel?: Kernel;
}

/** Undefined if it is not the id of a boot product in a view. */
export function parseProductId(id: string): ParsedProductId | undefined {
  const { family, ...parts } = productIdPattern.exec(id)?.groups ?? {};
  if (family !== 'ubuntu' && family !== 'debian') return undefined;
  const { view = '', version = '', architecture = '', kernelPart = '' } = parts;
  const release = releases.find((one) => one.family === family && one.version === version);
  const kernel = release && kernelsOf(release.name, architecture).find((one) => kernelPartOf(one) === kernelPart);
  return { family, view, version, architecture, kernelPart, ...(kernel && { kernel }) };
}

/** The fields of a product other than its versions, at the level where MAAS reads them; the label is the view. */
export function productFields(kernel: Kernel, view: string): Record<string, string> {
  const release = kernel.ofRelease;
  return {
    arch: kernel.architecture,
    kflavor: kernel.kflavor,
    krel: kernel.krel,
    label: view,
    os: release.os,
    release: release.name,
    release_codename: release.codename,
    release_title: release.title,
    subarch: kernel.subarch,
    subarches: kernel.subarches,
    support_eol: release.supportEol,
    support_esm_eol: release.supportEsmEol,
    version: release.version,
  };
}

/**
 * Path of an item, relative to the view. Root and manifest are shared by all kernels of one release, architecture and
 * version. Kernels are in `<subarch>/<flavour>`, where `-edge` belongs to the subarch. The provenance, which is not an item,
 * is in the same folder as the kernel.
 */
export function itemPath(kernel: Kernel, version: string, item: ItemName | 'provenance.json'): string {
  const folder = versionFolder(kernel.release, kernel.architecture, version);
  if (item === 'squashfs') return `${folder}/squashfs`;
  if (item === 'manifest') return `${folder}/squashfs.manifest`;
  return `${folder}/${kernel.subarch}/${kernel.kflavor}/${item}${kernel.suffix}`;
}

/** `noble/amd64/20261120` */
export function versionFolder(release: string, architecture: string, version: string): string {
  return `${release}/${architecture}/${version}`;
}

/** The kernel in a product's id. The flavour goes before `-edge`; it is repeated if it is also the subarch (`generic-lpae`). */
function kernelPartOf({ subarch, kflavor }: Pick<Kernel, 'subarch' | 'kflavor'>): string {
  if (kflavor === 'generic') return subarch;
  return subarch.endsWith('-edge') ? subarch.replace(/-edge$/, `-${kflavor}-edge`) : `${subarch}-${kflavor}`;
}

const productIdPattern =
  /^com\.(?<family>ubuntu|debian)\.maas\.(?<view>[a-z0-9-]+):v3:boot:(?<version>[\d.]+):(?<architecture>[a-z0-9]+):(?<kernelPart>[a-z0-9.-]+)$/;
