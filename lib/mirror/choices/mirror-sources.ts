/** Where everything comes from, and whose signatures count; the words of `sources` in `mirror.yaml`. */
export interface MirrorSources {
  /**
   * Stream of cloud images: `daily`, `releases`, or the address of another simplestreams mirror.
   * @default daily
   */
  readonly stream?: string;

  /**
   * File with the binary keyring of the stream; its path is relative to the app's working folder.
   * @default - Ubuntu's cloud-image keyring
   */
  readonly streamKeyring?: string;

  /**
   * Archive of amd64.
   * @default - Ubuntu's
   */
  readonly archive?: string;

  /**
   * Archive of the other architectures.
   * @default - Ubuntu's
   */
  readonly ports?: string;

  /**
   * File with the binary keyring of both archives; its path is relative to the app's working folder.
   * @default - the one inside the image
   */
  readonly archiveKeyring?: string;

  /**
   * A moment whose archive is wanted, `20261120T000000Z`.
   * @default - the archive as it is
   */
  readonly snapshot?: string;

  /**
   * Where snapshots lie.
   * @default - Ubuntu's
   */
  readonly snapshots?: string;

  /**
   * Where the packages of PPAs lie.
   * @default - Launchpad
   */
  readonly ppas?: string;

  /**
   * The API that knows the keys of PPAs.
   * @default - Launchpad's
   */
  readonly launchpad?: string;

  /**
   * HTTP proxy for everything.
   * @default - none
   */
  readonly proxy?: string;

  /**
   * File with certificates to trust besides the system's, PEM; its path is relative to the app's working folder.
   * @default - none
   */
  readonly ca?: string;
}
