import type { Job } from './job';

/** Keys of the work store, where stages pass data to each other. Objects expire and are never served. */
export const runs = {
  /** @param folder of the execution: {@link executionFolder} */
  prefix: (folder: string) => `runs/${folder}/`,
  request: (folder: string) => `runs/${folder}/request.json`,
  /** Boot test result of a kernel, an initrd and a root. @param digest of their digests */
  booted: (folder: string, digest: string) => `runs/${folder}/booted/${digest}.json`,
  /**
   * Folder of one build of a stage. Each build has its own, because a redriven stage may produce other bytes, and nothing is
   * ever overwritten. CodeBuild assigns the id; no output of a build decides where other stages read.
   */
  attempt: (
    { folder, architecture, kernel }: Pick<Job, 'folder' | 'architecture' | 'kernel'>,
    stage: string,
    build: string,
  ) => ['runs', folder, architecture, kernel, stage, build.slice(build.lastIndexOf(':') + 1)].filter(Boolean).join('/'),
  /** Folder of a probe build. */
  probe: (execution: string, build: string) => `runs/${execution}/${build.slice(build.lastIndexOf(':') + 1)}`,
} as const;

/**
 * Name of an execution's folder. All stages of a mirror share one role, and none may list names. The random part therefore
 * keeps stages of other executions from reading the folder, or writing to it first.
 * @param random 8 bytes
 */
export function executionFolder(execution: string, random: Uint8Array): string {
  const bits = [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${execution}-${bits}`;
}

/** Whether a folder of the work store belongs to this execution: each Plan creates one. */
export function isFolderOf(folder: string, execution: string): boolean {
  return folder.startsWith(`${execution}-`) && /^[0-9a-f]{16}$/.test(folder.slice(execution.length + 1));
}

/** Whether a folder of the work store has the name of an execution's folder: {@link executionFolder} of an executionName. */
export function isExecutionFolder(folder: string): boolean {
  return /-\d{8}T\d{6}-[0-9a-f]{8}(?:-\d{1,6})?-[0-9a-f]{16}$/.test(folder);
}

/** The folders of the builds that a job names. */
export function foldersOf(job: Job): { readonly [made in 'base' | 'root' | 'prepared' | 'extracted']: string } {
  const shared = { ...job, kernel: '' };
  return {
    base: runs.attempt(shared, 'fetch', job.base),
    root: runs.attempt(shared, job.customised ? 'upgrade' : 'fetch', job.root),
    prepared: runs.attempt(shared, 'prepare', job.prepared),
    extracted: runs.attempt(job, 'extract', job.extracted),
  };
}

/** Keys in the folder of a build. */
export const made = {
  squashfs: (folder: string) => `${folder}/squashfs`,
  manifest: (folder: string) => `${folder}/squashfs.manifest`,
  /** InRelease files that the upgrade used. */
  archives: (folder: string) => `${folder}/archives.json`,
  /** Keys and identities that the upgrade removed from the image. */
  removed: (folder: string) => `${folder}/removed.json`,
  /** Added repositories with their keys, as the upgrade stage resolved them. */
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
  /** Key of an item, by its path. */
  pool: (path: string) => `pool/${path}`,
  poolFolder: (folder: string) => `pool/${folder}`,
  claim: (release: string, architecture: string, version: string) =>
    `pool/${release}/${architecture}/${version}/claim.json`,
  bootloaderClaim: (firmware: string, architecture: string, version: string) =>
    `pool/bootloaders/${firmware}/${architecture}/${version}/claim.json`,
  index: (view: string) => `${view}/streams/v1/index.sjson`,
  plainIndex: (view: string) => `${view}/streams/v1/index.json`,
  plainIndexSignature: (view: string) => `${view}/streams/v1/index.json.gpg`,
  /** What is left of a deleted view, signed like an index: where its names and its history are. */
  tombstone: (view: string) => `${view}/streams/v1/deleted.sjson`,
  /** A metadata document of a view, by its path in the index. */
  document: (view: string, path: string) => `${view}/${path}`,
} as const;

/** Whether a view is a snapshot, by its name: `snapshots/2026-11`. */
export function isFrozenName(view: string): boolean {
  return view.startsWith('snapshots/');
}

/** Cache-Control of mutable objects; all others are immutable. */
export const mutableCacheControl = 'public, max-age=60';
export const immutableCacheControl = 'public, max-age=31536000, immutable';
