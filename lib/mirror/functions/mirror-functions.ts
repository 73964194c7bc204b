import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ordersOf, runsOf } from '../buckets';
import { readSecrets } from '../choices/secrets';
import type { BoundSigningKey } from '../choices/signing-key';
import { acknowledge, starIn } from '../findings';
import type { VpcNetwork } from '../vpc-network';
import { MirrorFunction, type MirrorFunctionProps } from './mirror-function';

/** The functions of a mirror. Publish alone signs and writes into the mirror. */
export interface MirrorFunctions {
  readonly plan: MirrorFunction;
  readonly select: MirrorFunction;
  readonly publish: MirrorFunction;
  /** Plans what the schedule says, and starts executions where there is news. */
  readonly look: MirrorFunction;
  /** Tells of executions that failed. */
  readonly tell: MirrorFunction;
}

export interface MirrorFunctionsProps {
  readonly mirrorBucket: IBucket;
  readonly workBucket: IBucket;
  /** Digest of all bundles. */
  readonly bundles: string;
  readonly signingKey: BoundSigningKey;
  /** Of private repositories, which Plan and Look look at. */
  readonly secrets: readonly ISecret[];
  /** Where Plan and Look run, which read the same sources as the builds. The others speak to AWS only. */
  readonly network: VpcNetwork;
}

export function mirrorFunctions(scope: Construct, props: MirrorFunctionsProps): MirrorFunctions {
  const { signingKey, network, secrets, ...common } = props;
  const { mirrorBucket, workBucket } = props;
  const objects = mirrorBucket.arnForObjects('*');
  const runs = runsOf(workBucket);
  const orders = ordersOf(workBucket);
  const readMirror = [allow('s3:GetObject', objects), listing(mirrorBucket)];
  // Nobody may list the work bucket: the names of its folders are what keeps one execution's builds from another's.
  const readWork = allow('s3:GetObject', runs);
  const readOrder = allow('s3:GetObject', orders);
  const writeOrder = [allow('s3:PutObject', orders), readOrder]; // is it ours that is there, after an answer was lost?
  const writeMirror = allow('s3:PutObject', objects);
  const make = (id: string, statements: PolicyStatement[], more: Partial<MirrorFunctionProps> = {}) =>
    new MirrorFunction(scope, id, { ...common, ...more, asset: id.toLowerCase(), statements });
  const functions = {
    plan: make('Plan', [...readMirror, ...writeOrder, ...readSecrets(secrets)], network),
    select: make('Select', [...readMirror, readOrder]),
    publish: make('Publish', [readWork, ...readMirror, writeMirror, ...signingKey.signing], {
      environment: { MIRROR_SIGNING_KEY: signingKey.address },
    }),
    look: make('Look', [...readMirror, ...readSecrets(secrets)], network),
    tell: make('Tell', []),
  };
  const { plan, select, publish, look } = functions;
  for (const { role } of [plan, select, publish, look]) {
    acknowledge(
      role,
      starIn(scope, objects),
      'the mirror has a bucket of its own, all of which is what the site serves',
    );
  }
  acknowledge(publish.role, starIn(scope, runs), 'what stages hand to each other, in folders that nobody can guess');
  for (const { role } of [plan, select]) {
    acknowledge(role, starIn(scope, orders), 'the order of an execution, in a folder that nobody can guess');
  }
  return functions;
}

/** Without it S3 answers 403 instead of 404 for what is not there. */
const listing = (bucket: IBucket) => allow('s3:ListBucket', bucket.bucketArn);

const allow = (action: string, resource: string) => new PolicyStatement({ actions: [action], resources: [resource] });
