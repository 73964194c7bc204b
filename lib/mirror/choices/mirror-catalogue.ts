/** Descriptions of unknown releases, and corrections to known ones; the same fields as `catalogue` in `mirror.yaml`. */
export interface MirrorCatalogue {
  /**
   * Ubuntu releases by series: adds releases that this version does not know, and corrects those that it knows.
   * @default - none
   */
  readonly releases?: Readonly<Record<string, ReleaseDescription>>;
}

/** Facts about a release. Omitted fields are taken from the cloud image stream, or derived from the version. */
export interface ReleaseDescription {
  /**
   * `27.04`. It cannot be changed for a release that this version knows.
   * @default - the version given to `UbuntuRelease.of`
   */
  readonly version?: string;

  /**
   * The version, followed by ` LTS` for LTS releases.
   * @default - LTS for April releases in even years
   */
  readonly title?: string;

  /**
   * `Noble Numbat`
   * @default - from the stream, otherwise the series
   */
  readonly codename?: string;

  /**
   * Release date, `YYYY-MM-DD`.
   * @default - derived from the version
   */
  readonly released?: string;

  /**
   * Last day of standard support, `YYYY-MM-DD`.
   * @default - from the stream, otherwise nine months after the month of the version (LTS: five years)
   */
  readonly supportEol?: string;

  /**
   * Last day of extended support, `YYYY-MM-DD`.
   * @default - for LTS releases ten years after the month of the version, otherwise the end of standard support
   */
  readonly supportEsmEol?: string;

  /**
   * dpkg architectures that have ga kernels and, for LTS releases, hwe kernels.
   * @default - the architectures in the stream
   */
  readonly architectures?: string[];
}
