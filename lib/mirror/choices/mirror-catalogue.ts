/** What is to be known of releases beyond what this version of cdk-maas-mirror knows; the words of `mirror.yaml`. */
export interface MirrorCatalogue {
  /**
   * Releases of Ubuntu by their series: adds those that this version does not know, and corrects those that it knows.
   * @default - none
   */
  readonly releases?: Readonly<Record<string, ReleaseDescription>>;
}

/** What is known of a release; what is left out is taken from the stream of cloud images, or follows from the version. */
export interface ReleaseDescription {
  /**
   * `27.04`. A release that this version knows keeps its own.
   * @default - that of `UbuntuRelease.of`
   */
  readonly version?: string;

  /**
   * The version, with ` LTS` where Ubuntu calls it so.
   * @default - LTS for each second April
   */
  readonly title?: string;

  /**
   * `Noble Numbat`
   * @default - what the stream says, else the series
   */
  readonly codename?: string;

  /**
   * Day of its release, `YYYY-MM-DD`.
   * @default - by its version
   */
  readonly released?: string;

  /**
   * Last day of standard support, `YYYY-MM-DD`.
   * @default - what the stream says, else nine months after its version's month, of LTS releases five years
   */
  readonly supportEol?: string;

  /**
   * Last day of extended support, `YYYY-MM-DD`.
   * @default - of LTS releases ten years after their version's month, else the end of standard support
   */
  readonly supportEsmEol?: string;

  /**
   * dpkg architectures that have ga kernels, and hwe kernels where the release is LTS.
   * @default - those that the stream has
   */
  readonly architectures?: string[];
}
