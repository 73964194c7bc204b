/** Streams, archives and the keyrings that verify them; the same fields as `sources` in `mirror.yaml`. */
export interface MirrorSources {
  /**
   * Cloud image stream: `daily`, `releases`, or the URL of another simplestreams mirror.
   * @default daily
   */
  readonly stream?: string;

  /**
   * File with the keyring, binary or armoured, that verifies the stream; its path is relative to the app's working directory.
   * @default - Ubuntu's cloud-image keyring
   */
  readonly streamKeyring?: string;

  /**
   * Package archive for amd64 and i386.
   * @default - Ubuntu's
   */
  readonly archive?: string;

  /**
   * Package archive for all other architectures.
   * @default - Ubuntu's
   */
  readonly ports?: string;

  /**
   * File with the keyring, binary or armoured, that verifies both archives; its path is relative to the app's working directory.
   * @default - the keyring in the image
   */
  readonly archiveKeyring?: string;

  /**
   * Use the archive as it was at this time, `20261120T000000Z`.
   * @default - the current archive
   */
  readonly snapshot?: string;

  /**
   * Base URL of the snapshot service.
   * @default - Ubuntu's
   */
  readonly snapshots?: string;

  /**
   * Base URL of the PPA archive.
   * @default - Launchpad's
   */
  readonly ppas?: string;

  /**
   * Base URL of the API that provides the signing keys of PPAs.
   * @default - Launchpad's
   */
  readonly launchpad?: string;

  /**
   * HTTP proxy for all downloads.
   * @default - none
   */
  readonly proxy?: string;

  /**
   * File with additional CA certificates (PEM); its path is relative to the app's working directory.
   * Anything else in it is ignored.
   * @default - none
   */
  readonly ca?: string;
}
