import type { Job } from './job';

/** Keys of the work store: what the stages of one execution hand to each other. Expires; is never served. */
export const runs = {
  /** @param folder of the execution: {@link executionFolder} */
  prefix: (folder: string) => `runs/${folder}/`,
  request: (folder: string) => `runs/${folder}/request.json`,
  /** What came of the boot of a kernel, an initrd and a root. @param digest of their digests */
  booted: (folder: string, digest: string) => `runs/${folder}/booted/${digest}.json`,
  /**
   * Folder of one build of a stage. A stage that is tried again, by a redrive, may make other bytes than those that
   * the first build left, and nothing is ever overwritten: so each has its own. CodeBuild names the build, to it and to
   * the state machine; nothing that a build says of itself decides where others read.
   */
  attempt: (
    { folder, architecture, kernel }: Pick<Job, 'folder' | 'architecture' | 'kernel'>,
    stage: string,
    build: string,
  ) => ['runs', folder, architecture, kernel, stage, build.slice(build.lastIndexOf(':') + 1)].filter(Boolean).join('/'),
  /** Folder of a build that only tries its machine. */
  probe: (execution: string, build: string) => `runs/${execution}/${build.slice(build.lastIndexOf(':') + 1)}`,
} as const;

/**
 * Name of an execution's folder. All stages of a mirror share what their role may do: who knows only the execution can
 * neither read what is in its folder nor write there first, and no role may list names.
 * @param random 8 bytes
 */
export function executionFolder(execution: string, random: Uint8Array): string {
  const bits = [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${execution}-${bits}`;
}

/** Whether a folder of the work store is one of this execution's: each Plan has its own. */
export function isFolderOf(folder: string, execution: string): boolean {
  return folder.startsWith(`${execution}-`) && /^[0-9a-f]{16}$/.test(folder.slice(execution.length + 1));
}

/** Whether a folder of the work store is named as those of executions are: {@link executionFolder} of an executionName. */
export function isExecutionFolder(folder: string): boolean {
  return /-\d{8}T\d{6}-[0-9a-f]{8}(?:-\d{1,6})?-[0-9a-f]{16}$/.test(folder);
}

/** Folders of what the builds have made that a job names. */
export function foldersOf(job: Job): { readonly [made in 'base' | 'root' | 'prepared' | 'extracted']: string } {
  const shared = { ...job, kernel: '' };
  return {
    base: runs.attempt(shared, 'fetch', job.base),
    root: runs.attempt(shared, job.customised ? 'upgrade' : 'fetch', job.root),
    prepared: runs.attempt(shared, 'prepare', job.prepared),
    extracted: runs.attempt(job, 'extract', job.extracted),
  };
}

/** What lies in the folder of an attempt. */
export const made = {
  squashfs: (folder: string) => `${folder}/squashfs`,
  manifest: (folder: string) => `${folder}/squashfs.manifest`,
  /** InRelease files that the upgrade went by. */
  archives: (folder: string) => `${folder}/archives.json`,
  /** Keys and identities that the upgrade took out of the image. */
  removed: (folder: string) => `${folder}/removed.json`,
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
