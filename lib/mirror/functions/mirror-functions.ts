/* mirror/functions: Lambda functions. */

import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { BoundSigningKey } from '../choices/signing-key';
import type { VpcNetwork } from '../vpc-network';
import { MirrorFunction, type MirrorFunctionProps } from './mirror-function';

/** The functions of a mirror. Only Publish, Promote and Operate sign and write to the mirror. */
export interface MirrorFunctions {
  /** Plans an execution, or finds that everything is up to date. */
  readonly plan: MirrorFunction;
  /** Selects the kernel flavours to build. */
  readonly select: MirrorFunction;
  /** Signs and publishes. */
  readonly publish: MirrorFunction;
  /** Promotes versions from one view to another, for operators and by schedule. */
  readonly promote: MirrorFunction;
  /** Carries out all other operations of operators: withdraw, roll back, hold, attest, … */
  readonly operate: MirrorFunction;
  /** Checks what the schedule lists, and starts an execution if there are updates. */
  readonly checkForUpdates: MirrorFunction;
  /** Sends notifications about failed executions. */
  readonly notify: MirrorFunction;
}

export interface MirrorFunctionsProps {
  readonly mirrorBucket: IBucket;
  readonly workBucket: IBucket;
  /** Digest of all bundles. */
  readonly bundles: string;
  readonly signingKey: BoundSigningKey;
  /** Credentials of private repositories, which Plan and CheckForUpdates read. */
  readonly secrets: readonly ISecret[];
  /** The network of Plan and CheckForUpdates, which read the same sources as the builds. The others only call AWS. */
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
    promote: make('Promote', { signingKey }),
    operate: make('Operate', { signingKey }),
    checkForUpdates: make('CheckForUpdates', readsSources),
    notify: make('Notify'),
  };
}
