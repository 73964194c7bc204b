/* job: build requests, plans and results: the only data that the cloud and build machines share. */

/**
 * The parameters of one stage; the same words in the state machine, the environment and the code. Long values are in the
 * build request, an object of the work store: the variables of a build are limited to a few KB.
 */
export interface Job {
  /** Name of the execution. */
  readonly execution: string;
  /** Its folder below `runs/` in the work store, which holds its request: {@link executionFolder}. Keep it secret. */
  readonly folder: string;
  /** `noble` */
  readonly release: string;
  /** dpkg's word: `amd64` */
  readonly architecture: string;
  /** `candidate` */
  readonly view: string;
  /** Kernel flavour, `hwe-lowlatency`; empty in stages shared by all flavours. */
  readonly kernel: string;
  /** Whether the image goes through the upgrade stage. */
  readonly customised: boolean;
  /** Whether the build must pass a boot test. */
  readonly bootTest: boolean;
  /** Digest of what the sources offered when the build was planned; an equal digest means no update. */
  readonly inputs: string;
  /** Digest of the requested changes to the image, and of our own recipe. */
  readonly recipe: string;
  /** Digest of the bundles that planned the build; other bundles refuse to continue it. */
  readonly bundles: string;
  /** Publish a new version even if it equals the newest one. */
  readonly rebuild: boolean;
  /** Id of the build that fetched the base image. This and the next three are empty in earlier stages. */
  readonly base: string;
  /** Id of the build that made the published image: the fetch build, or the upgrade build if the image is customised. */
  readonly root: string;
  /** Id of the prepare build. */
  readonly prepared: string;
  /** Id of the extract build of this flavour. */
  readonly extracted: string;
}

/** A job's build ids before any stage has run. */
export const noBuilds = { base: '', root: '', prepared: '', extracted: '' } as const;

/** The release of an execution that builds a view's bootloaders. */
export const bootloadersRequest = 'bootloaders';

/** The longest boot timeout, in minutes; the CodeBuild project of boot tests allows for it. */
export const longestBoot = 180;
