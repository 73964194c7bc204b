import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { runsOf } from './buckets';
import { MirrorFunction } from './mirror-function';
import type { BoundSigningKey } from './signing-key';

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
}

export function mirrorFunctions(scope: Construct, props: MirrorFunctionsProps): MirrorFunctions {
  const { signingKey, ...common } = props;
  const { mirrorBucket, workBucket } = props;
  const readMirror = [allow('s3:GetObject', mirrorBucket.arnForObjects('*')), listing(mirrorBucket)];
  const readWork = [allow('s3:GetObject', runsOf(workBucket)), listing(workBucket)];
  const writeOrder = [
    allow('s3:PutObject', workBucket.arnForObjects('runs/*/order.json')),
    allow('s3:GetObject', workBucket.arnForObjects('runs/*/order.json')), // is it ours that lies there?
    listing(workBucket),
  ];
  const writeMirror = allow('s3:PutObject', mirrorBucket.arnForObjects('*'));
  const make = (id: string, statements: PolicyStatement[], environment: Record<string, string> = {}) =>
    new MirrorFunction(scope, id, { ...common, asset: id.toLowerCase(), statements, environment });
  return {
    plan: make('Plan', [...readMirror, ...writeOrder]),
    select: make('Select', [...readMirror, ...readWork]),
    publish: make('Publish', [...readWork, ...readMirror, writeMirror, ...signingKey.signing], {
      MIRROR_SIGNING_KEY: signingKey.address,
    }),
    look: make('Look', [...readMirror, ...writeOrder]),
    tell: make('Tell', []),
  };
}

/** Without it S3 answers 403 instead of 404 for what is not there. */
const listing = (bucket: IBucket) => allow('s3:ListBucket', bucket.bucketArn);

const allow = (action: string, resource: string) => new PolicyStatement({ actions: [action], resources: [resource] });
