import type { Job } from './job';

type Run = Pick<Job, 'execution' | 'architecture'>;
type FlavourRun = Run & Pick<Job, 'kernel'>;

/** Keys of the work store: what the stages of one execution hand to each other. Expires; is never served. */
export const runs = {
  prefix: (execution: string) => `runs/${execution}/`,
  order: (execution: string) => `runs/${execution}/order.json`,
  baseSquashfs: (job: Run) => `runs/${job.execution}/${job.architecture}/base/squashfs`,
  baseManifest: (job: Run) => `runs/${job.execution}/${job.architecture}/base/squashfs.manifest`,
  upgradedSquashfs: (job: Run) => `runs/${job.execution}/${job.architecture}/upgraded/squashfs`,
  upgradedManifest: (job: Run) => `runs/${job.execution}/${job.architecture}/upgraded/squashfs.manifest`,
  /** InRelease files that the upgrade went by. */
  upgradedArchives: (job: Run) => `runs/${job.execution}/${job.architecture}/upgraded/archives.json`,
  /** Repositories of the customisation with their keys, as the upgrade stage found them. */
  repositories: (job: Run) => `runs/${job.execution}/${job.architecture}/upgraded/repositories.json`,
  materials: (job: Run) => `runs/${job.execution}/${job.architecture}/prepared/materials.json`,
  preparedLayer: (job: Run) => `runs/${job.execution}/${job.architecture}/prepared/layer.squashfs`,
  kernel: (job: FlavourRun) => `runs/${job.execution}/${job.architecture}/kernels/${job.kernel}/boot-kernel`,
  initrd: (job: FlavourRun) => `runs/${job.execution}/${job.architecture}/kernels/${job.kernel}/boot-initrd`,
  bootloader: (execution: string, firmware: string, architecture: string, item: string) =>
    `runs/${execution}/bootloaders/${firmware}/${architecture}/${item}.tar.xz`,
} as const;

/** The image that kernels are extracted from and that is published. */
export function rootOf(job: Run & Pick<Job, 'customised'>): { readonly squashfs: string; readonly manifest: string } {
  return job.customised
    ? { squashfs: runs.upgradedSquashfs(job), manifest: runs.upgradedManifest(job) }
    : { squashfs: runs.baseSquashfs(job), manifest: runs.baseManifest(job) };
}

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
