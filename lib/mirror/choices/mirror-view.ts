import type { Duration } from 'aws-cdk-lib';
import type { Architecture } from './architecture';
import type { KernelFlavour } from './kernel-flavour';
import type { MirrorPromotion } from './mirror-promotion';
import type { MirrorSelection } from './mirror-selection';
import type { PrivateRepository } from './private-repository';
import type { Release } from './release';

/**
 * One view of a mirror. With `releases`, it is built; the other kinds have one of `promote`, `from` and `select`, or none of
 * them, and no recipe.
 */
export interface MirrorView {
  /** Lower-case letters, digits and dashes: `candidate`. The view is served at `<mirror>/<name>/`. */
  readonly name: string;

  /**
   * Releases to build.
   * @default - the view is not built: `promote`, `from` or `select` fills it, or an operator, by hand
   */
  readonly releases?: Release[];

  /**
   * Fills the view by promotion from another view, hourly.
   * @default - promotions are made by hand
   */
  readonly promote?: MirrorPromotion;

  /**
   * The view that this one follows, for an address whose content can be switched: `maas-mirror view set NAME --from VIEW`.
   * @default - it follows none
   */
  readonly from?: string;

  /**
   * Parts of other views. The first part that matches a product decides; products that none matches are left out.
   * @default - none
   */
  readonly select?: MirrorSelection[];

  /**
   * Architectures to build.
   * @default - the architectures of the mirror that the release has; amd64 if the mirror does not set `architectures`
   */
  readonly architectures?: Architecture[];

  /**
   * Kernel flavours that must build: if one fails, the architecture is not published.
   * @default - if `optionalKernels` is not set either: the mirror's `kernels` that the release has; without these, GA and
   * HWE (of Debian generic and cloud)
   */
  readonly requiredKernels?: KernelFlavour[];

  /**
   * Kernel flavours that may fail: the architecture is published without them.
   * @default - none
   */
  readonly optionalKernels?: KernelFlavour[];

  /**
   * Additional repositories that the image is upgraded from: `ppa:owner/name`, or deb822 stanzas with their keys. URLs
   * that contain a user or password are refused: templates and the execution history would show it.
   * @default - none
   */
  readonly repositories?: string[];

  /**
   * Additional repositories that require a user and password.
   * @default - none
   */
  readonly privateRepositories?: PrivateRepository[];

  /**
   * Packages to install from -proposed.
   * @default - none
   */
  readonly proposed?: string[];

  /**
   * Upgrade from all of -proposed. Cannot be combined with `proposed`.
   * @default false
   */
  readonly allProposed?: boolean;

  /**
   * Additional packages to install.
   * @default - none
   */
  readonly packages?: string[];

  /**
   * Packages to reinstall from scratch.
   * @default - none
   */
  readonly purge?: string[];

  /**
   * Serial of the cloud image: `20261120`. Only for views with one release.
   * @default - the newest
   */
  readonly serial?: string;

  /**
   * Compression of rebuilt squashfs images: `zstd`, `xz`, `gzip` or `lz4`.
   * @default - zstd; xz if the kernels of the release cannot read zstd
   */
  readonly compression?: string;

  /**
   * Boot every image before it is published.
   * @default true
   */
  readonly bootTest?: boolean;

  /**
   * Time limit of one boot test, in whole minutes, at most three hours.
   * @default - 30 minutes; 60 if the architecture is emulated (on AWS all except amd64 and i386)
   */
  readonly bootTimeout?: Duration;

  /**
   * Publish bootloaders in a view that has Ubuntu releases. Set to false if MAAS also keeps images.maas.io as a source.
   * @default true
   */
  readonly bootloaders?: boolean;
}
