/* job: build requests, plans and results: the only data that the cloud and build machines share. */

/**
 * What one stage of one build is told; the same words in the state machine, the environment and the code. All that is
 * long lies in the order, an object of the work store: variables of a build may have a few KB.
 */
export interface Job {
  /** Name of the execution. */
  readonly execution: string;
  /** Its folder in the work store, below `runs/`, where its order is: {@link executionFolder}. Not to be told to others. */
  readonly folder: string;
  /** `noble` */
  readonly release: string;
  /** dpkg's word: `amd64` */
  readonly architecture: string;
  /** `candidate` */
  readonly view: string;
  /** Kernel flavour, `hwe-lowlatency`; empty in the stages that all flavours share. */
  readonly kernel: string;
  /** Whether the image goes through the upgrade stage. */
  readonly customised: boolean;
  /** Whether what is built has to boot. */
  readonly bootTest: boolean;
  /** Digest of what the sources offered when the build was planned; equal means that nothing is new. */
  readonly inputs: string;
  /** Digest of what is asked of the image beyond the plain one, and of our own recipe. */
  readonly recipe: string;
  /** Digest of the bundles that the build was planned with; others refuse to go on with it. */
  readonly bundles: string;
  /** Publish a new version though it equals the newest one. */
  readonly rebuild: boolean;
  /** Id of the build that brought the base image; empty, as those below, in stages that come before it. */
  readonly base: string;
  /** The same of the image that is published: the base as it came, or what the upgrade stage made of it. */
  readonly root: string;
  /** The same of what the prepare stage made. */
  readonly prepared: string;
  /** The same of the flavour's kernel and initramfs. */
  readonly extracted: string;
}

/** What a job says of earlier stages before there are any. */
export const noBuilds = { base: '', root: '', prepared: '', extracted: '' } as const;

/** The release word of an execution that brings a view's bootloaders. */
export const bootloadersRequest = 'bootloaders';

/** How long a boot may take before it has failed, in minutes; the project of boot tests allows for the longest. */
export const longestBoot = 180;
