/* mirror/functions: Lambda functions. */

import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { BoundSigningKey } from '../choices/signing-key';
import type { VpcNetwork } from '../vpc-network';
import { MirrorFunction, type MirrorFunctionProps } from './mirror-function';

/** The functions of a mirror. Publish alone signs and writes into the mirror. */
export interface MirrorFunctions {
  readonly plan: MirrorFunction;
  readonly select: MirrorFunction;
  readonly publish: MirrorFunction;
  /** Plans what the schedule says, and starts executions where there is news. */
  readonly checkForUpdates: MirrorFunction;
  /** Tells of executions that failed. */
  readonly notify: MirrorFunction;
}

export interface MirrorFunctionsProps {
  readonly mirrorBucket: IBucket;
  readonly workBucket: IBucket;
  /** Digest of all bundles. */
  readonly bundles: string;
  readonly signingKey: BoundSigningKey;
  /** Of private repositories, which Plan and CheckForUpdates look at. */
  readonly secrets: readonly ISecret[];
  /** Where Plan and CheckForUpdates run, which read the same sources as the builds. The others speak to AWS only. */
  readonly network: VpcNetwork;
}

export function mirrorFunctions(scope: Construct, props: MirrorFunctionsProps): MirrorFunctions {
  const { signingKey, network, secrets, ...common } = props;
  const make = (id: string, more: Partial<MirrorFunctionProps> = {}) =>
    new MirrorFunction(scope, id, { ...common, ...more, asset: id.replace(/\B[A-Z]/g, '-$&').toLowerCase() });
  const readsSources = { ...network, secrets: [...secrets] };
  return {
    plan: make('Plan', readsSources),
    select: make('Select'),
    publish: make('Publish', { signingKey }),
    checkForUpdates: make('CheckForUpdates', readsSources),
    notify: make('Notify'),
  };
}
