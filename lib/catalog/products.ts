import { type Kernel, kernelsOf } from './kernels';
import { type Release, releases } from './releases';

export type ItemName = 'squashfs' | 'manifest' | 'boot-kernel' | 'boot-initrd' | 'boot-dtb';

/** Id of the document that holds a view's products of this release's family: `com.ubuntu.maas:candidate:v3:download`. */
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
  /** Its row in the catalogue, if it has one. */
  readonly kernel?: Kernel;
}

/** Undefined for whatever is no id of a boot product in a view. */
export function parseProductId(id: string): ParsedProductId | undefined {
  const { family, ...parts } = productIdPattern.exec(id)?.groups ?? {};
  if (family !== 'ubuntu' && family !== 'debian') return undefined;
  const { view = '', version = '', architecture = '', kernelPart = '' } = parts;
  const release = releases.find((one) => one.family === family && one.version === version);
  const kernel = release && kernelsOf(release.name, architecture).find((one) => kernelPartOf(one) === kernelPart);
  return { family, view, version, architecture, kernelPart, ...(kernel && { kernel }) };
}

/** The fields of a product that stand beside its versions, where MAAS reads them; the label is the view. */
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
 * version; in a kernel's folder the flavour is a folder of its own, and `-edge` stays with the subarch. The provenance is
 * no item, and lies beside the kernel.
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

/** The flavour goes in before `-edge`, and is repeated where it is the subarch's own name (`generic-lpae`). */
function kernelPartOf({ subarch, kflavor }: Kernel): string {
  if (kflavor === 'generic') return subarch;
  return subarch.endsWith('-edge') ? subarch.replace(/-edge$/, `-${kflavor}-edge`) : `${subarch}-${kflavor}`;
}

const productIdPattern =
  /^com\.(?<family>ubuntu|debian)\.maas\.(?<view>[a-z0-9-]+):v3:boot:(?<version>[\d.]+):(?<architecture>[a-z0-9]+):(?<kernelPart>[a-z0-9.-]+)$/;
