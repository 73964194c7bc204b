import type { Duration } from 'aws-cdk-lib';
import type { Architecture } from './architecture';
import type { KernelFlavour } from './kernel-flavour';
import type { PrivateRepository } from './private-repository';
import type { Release } from './release';

/** What one view of a mirror is made of; the words of `mirror.yaml`. */
export interface MirrorView {
  /** Lower-case letters, digits and dashes: `candidate`. Its address is `<mirror>/<name>/`. */
  readonly name: string;

  /** @default - none: the view is filled by promotion */
  readonly releases?: Release[];

  /** @default - those of the mirror that the release has; amd64 where the mirror names none */
  readonly architectures?: Architecture[];

  /**
   * Flavours without which an architecture is not published.
   * @default - where the view names no flavours: those of the mirror's `kernels` that the release has, without these the
   * usual ones (GA and HWE, of Debian generic and cloud)
   */
  readonly requiredKernels?: KernelFlavour[];

  /**
   * Flavours that are left out where they cannot be built.
   * @default - none
   */
  readonly optionalKernels?: KernelFlavour[];

  /**
   * Repositories that the image is upgraded from: `ppa:owner/name`, or deb822 stanzas with their keys. Addresses with a
   * user or password in them are refused: templates and the history of executions would show it.
   * @default - none
   */
  readonly repositories?: string[];

  /**
   * Repositories that only answer to a user and a password.
   * @default - none
   */
  readonly privateRepositories?: PrivateRepository[];

  /**
   * Packages to take from -proposed.
   * @default - none
   */
  readonly proposed?: string[];

  /**
   * Take everything that -proposed has; refused beside `proposed`.
   * @default false
   */
  readonly allProposed?: boolean;

  /**
   * Packages to install besides.
   * @default - none
   */
  readonly packages?: string[];

  /**
   * Packages to purge first and install again.
   * @default - none
   */
  readonly purge?: string[];

  /**
   * Serial of the cloud image, for views of one release: `20261120`.
   * @default - the newest
   */
  readonly serial?: string;

  /**
   * Of a squashfs that is made here: `zstd`, `xz`, `gzip` or `lz4`.
   * @default - zstd, or what the release's kernels can read
   */
  readonly compression?: string;

  /**
   * Whether what is published has to boot first.
   * @default true
   */
  readonly bootTest?: boolean;

  /**
   * How long one boot may take before it has failed, in whole minutes, up to three hours.
   * @default - 30 minutes, or 60 where the architecture is emulated: on AWS all but amd64 and i386
   */
  readonly bootTimeout?: Duration;

  /**
   * Whether an Ubuntu view brings bootloaders; false where MAAS keeps images.maas.io beside it.
   * @default true
   */
  readonly bootloaders?: boolean;
}
