/** Where everything comes from, and whose signatures count; the words of `places` in `mirror.yaml`. */
export interface MirrorPlaces {
  /**
   * Stream of cloud images: `daily`, `releases`, or the address of another simplestreams mirror.
   * @default daily
   */
  readonly stream?: string;

  /**
   * Binary keyring of the stream, in base64.
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
   * Binary keyring of both archives, in base64.
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
   * Certificates to trust besides the system's, PEM.
   * @default - none
   */
  readonly ca?: string;
}
