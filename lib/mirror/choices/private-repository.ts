import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** A repository that only answers to a user and a password. */
export interface PrivateRepository {
  /** A deb822 stanza with its key in Signed-By; its URIs are https, and have no user or password. */
  readonly repository: string;

  /**
   * The secret that holds `user:password`, as its whole text. Upgrade, prepare and extract builds of every view may read
   * it, and so may Plan and CheckForUpdates; nothing else of the mirror.
   */
  readonly credentials: ISecret;
}
