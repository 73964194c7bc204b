import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** A repository that requires a user and password. */
export interface PrivateRepository {
  /** A deb822 stanza with its key in Signed-By. Its URIs must be https and contain no user or password. */
  readonly repository: string;

  /**
   * The secret whose string value is `user:password`. The upgrade, prepare and extract builds of every view can read it, and
   * so can the functions Plan and CheckForUpdates; nothing else of the mirror can.
   */
  readonly credentials: ISecret;
}
