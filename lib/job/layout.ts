import type { Job } from './job';

/** Keys of the work store: what the stages of one execution hand to each other. Expires; is never served. */
export const runs = {
  prefix: (execution: string) => `runs/${execution}/`,
  order: (execution: string) => `runs/${execution}/order.json`,
  /**
   * Folder of one attempt of a stage. A stage that is tried again, by a redrive, may make other bytes than those that
   * the first attempt left, and nothing is ever overwritten: so each has its own, and the state machine hands it on.
   */
  attempt: (
    { execution, architecture, kernel }: Pick<Job, 'execution' | 'architecture' | 'kernel'>,
    stage: string,
    attempt: string,
  ) => ['runs', execution, architecture, kernel, stage, attempt].filter(Boolean).join('/'),
} as const;

/** What lies in the folder of an attempt. */
export const made = {
  squashfs: (folder: string) => `${folder}/squashfs`,
  manifest: (folder: string) => `${folder}/squashfs.manifest`,
  /** InRelease files that the upgrade went by. */
  archives: (folder: string) => `${folder}/archives.json`,
  /** Repositories of the customisation with their keys, as the upgrade stage found them. */
  repositories: (folder: string) => `${folder}/repositories.json`,
  materials: (folder: string) => `${folder}/materials.json`,
  layer: (folder: string) => `${folder}/layer.squashfs`,
  kernel: (folder: string) => `${folder}/boot-kernel`,
  initrd: (folder: string) => `${folder}/boot-initrd`,
  bootloader: (folder: string, firmware: string, architecture: string, item: string) =>
    `${folder}/${firmware}/${architecture}/${item}.tar.xz`,
} as const;

/** Keys of the mirror store (design §5). */
export const mirror = {
  format: 'format.json',
  keyring: 'keyring.gpg',
  armouredKeyring: 'keyring.asc',
  frontPage: 'index.html',
  /** Where the path of an item lies. */
  pool: (path: string) => `pool/${path}`,
  poolFolder: (folder: string) => `pool/${folder}`,
  claim: (release: string, architecture: string, version: string) =>
    `pool/${release}/${architecture}/${version}/claim.json`,
  bootloaderClaim: (firmware: string, architecture: string, version: string) =>
    `pool/bootloaders/${firmware}/${architecture}/${version}/claim.json`,
  index: (view: string) => `${view}/streams/v1/index.sjson`,
  plainIndex: (view: string) => `${view}/streams/v1/index.json`,
  plainIndexSignature: (view: string) => `${view}/streams/v1/index.json.gpg`,
  /** A metadata document of a view, by its path inside the index. */
  document: (view: string, path: string) => `${view}/${path}`,
} as const;

/** Cache-Control of the objects that change; everything else is immutable. */
export const mutableCacheControl = 'public, max-age=60';
export const immutableCacheControl = 'public, max-age=31536000, immutable';
