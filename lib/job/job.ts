import type { AptSource } from './order';

/** What one stage of one build is told; the same words in the state machine, the environment and the code. */
export interface Job {
  /** Name of the execution, which owns `runs/<execution>/`. */
  readonly execution: string;
  /** `noble` */
  readonly release: string;
  /** dpkg's word: `amd64` */
  readonly architecture: string;
  /** `candidate` */
  readonly view: string;
  /** Kernel flavour, `hwe-lowlatency`; empty in the stages that all flavours share. */
  readonly kernel: string;
  /** Apt repositories; empty means: what the release or the machine takes by itself. */
  readonly sources: readonly AptSource[];
  /** Path of a base squashfs on the build machine; empty means: fetch one. */
  readonly base: string;
  /** Digest of what the sources offered when the build was planned; equal means that nothing is new. */
  readonly inputs: string;
  /** Digest of what is asked of the image beyond the plain one, and of our own recipe. */
  readonly recipe: string;
  /** Publish a new version though it equals the newest one. */
  readonly rebuild: boolean;
}
