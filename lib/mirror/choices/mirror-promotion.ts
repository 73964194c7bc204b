import type { Duration } from 'aws-cdk-lib';

/** A promotion that is repeated every hour: of the newest versions that meet its conditions, booted and not withdrawn. */
export interface MirrorPromotion {
  /** The view whose versions are promoted. */
  readonly from: string;

  /**
   * How long a version must have been published there, in whole minutes. Younger versions are passed over.
   * @default - no time
   */
  readonly after?: Duration;

  /**
   * Names of the checks that a version must have passed, as `maas-mirror attest --check` records them: `hw-lab`.
   * @default - none
   */
  readonly require?: string[];
}
