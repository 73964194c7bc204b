import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { keptOf, requestsOf, runsOf } from '../buckets';
import { readSecrets } from '../choices/secrets';
import type { BoundSigningKey } from '../choices/signing-key';
import { refused } from '../refusals/synth-error';

/** The resources of a function of this package. */
export interface FunctionInputs {
  readonly mirrorBucket: IBucket;
  readonly workBucket: IBucket;
  readonly signingKey?: BoundSigningKey | undefined;
  readonly secrets?: readonly ISecret[] | undefined;
}

/** Permissions and variables that a function needs. */
export interface FunctionNeeds {
  readonly statements: readonly PolicyStatement[];
  readonly environment: { readonly [name: string]: string };
  /** ARNs in the statements that contain a wildcard, each with the reason. */
  readonly stars: readonly { readonly arn: string; readonly reason: string }[];
}

/**
 * Permissions and variables of each function, by the name of its file in `dist/assets/functions/`. Only Publish, Promote and
 * Operate sign and write to the mirror.
 * @throws BadInput (misuse) if one of these has no key, or another function has one
 */
export function functionNeeds(asset: string, inputs: FunctionInputs): FunctionNeeds {
  checkAsset(asset);
  const { mirrorBucket, workBucket, signingKey, secrets = [] } = inputs;
  if (signers.includes(asset) !== (signingKey !== undefined)) throw badKey(asset);

  const objects = mirrorBucket.arnForObjects('*');
  const requests = requestsOf(workBucket);
  const runs = runsOf(workBucket);
  const kept = keptOf(workBucket);
  const readMirror = [allow('s3:GetObject', objects), listing(mirrorBucket)];
  // No function can list the work bucket: the secret names of its folders separate the builds of different executions.
  const readRequest = allow('s3:GetObject', requests);
  const writeRequest = [allow('s3:PutObject', requests), readRequest]; // after a lost response, Plan reads the object to see whether it wrote it
  const writeMirror = allow('s3:PutObject', objects);
  const sign = signingKey?.signing ?? [];
  // Deleting a view removes its indexes; nothing else is ever removed.
  const indexes = mirrorBucket.arnForObjects('*/streams/v1/index.*');
  // A view may be deleted while another function publishes to it: what that has written beside the index is removed again.
  const plainIndexes = mirrorBucket.arnForObjects('*/streams/v1/index.json*');
  const removePlain = allow('s3:DeleteObject', plainIndexes);
  const ofMirror = { arn: objects, reason: 'the bucket contains only the mirror, all of which the site serves' };
  const ofRequests = {
    arn: requests,
    reason: 'the build request of an execution, in a folder with an unguessable name',
  };
  const ofIndexes = {
    arn: indexes,
    reason: 'the indexes of the views, which are removed when an operator deletes a view',
  };
  const ofPlainIndexes = {
    arn: plainIndexes,
    reason: 'the unsigned indexes of views, which are removed if a view is deleted while it is changed',
  };
  const ofKept = { arn: kept, reason: 'copies of published kernels, in folders with unguessable names' };
  const ofRuns = { arn: runs, reason: 'files that stages exchange, in folders with unguessable names' };
  const needs = {
    plan: { statements: [...readMirror, ...writeRequest, ...readSecrets(secrets)], stars: [ofMirror, ofRequests] },
    // After a lost response, Select reads the copy to see whether it wrote it.
    select: {
      statements: [...readMirror, readRequest, newObjects(kept), allow('s3:GetObject', kept)],
      stars: [ofMirror, ofRequests, ofKept],
    },
    publish: {
      statements: [allow('s3:GetObject', runs), ...readMirror, writeMirror, removePlain, ...sign],
      stars: [ofMirror, ofPlainIndexes, ofRuns],
    },
    // These two only move documents: they cannot read the work bucket.
    promote: { statements: [...readMirror, writeMirror, removePlain, ...sign], stars: [ofMirror, ofPlainIndexes] },
    operate: {
      statements: [...readMirror, writeMirror, allow('s3:DeleteObject', indexes), ...sign],
      stars: [ofMirror, ofIndexes],
    },
    'check-for-updates': { statements: [...readMirror, ...readSecrets(secrets)], stars: [ofMirror] },
    notify: { statements: [], stars: [] },
  } satisfies Record<Asset, Omit<FunctionNeeds, 'environment'>>;
  return { ...needs[asset], environment: { ...(signingKey && { MIRROR_SIGNING_KEY: signingKey.address }) } };
}

/** The functions of this package. */
const assets = ['plan', 'select', 'publish', 'promote', 'operate', 'check-for-updates', 'notify'] as const;
type Asset = (typeof assets)[number];

/** Those that sign. */
const signers: readonly Asset[] = ['publish', 'promote', 'operate'];

function checkAsset(asset: string): asserts asset is Asset {
  if ((assets as readonly string[]).includes(asset)) return;
  throw refused(['asset'], `is ${JSON.stringify(asset)}`, `use a function of this package: ${assets.join(', ')}`);
}

function badKey(asset: Asset): Error {
  return signers.includes(asset)
    ? refused(
        ['signingKey'],
        `is missing, but ${asset} needs it to sign`,
        'set it to SigningKey.kms().bind(this), or SigningKey.secret(…).bind(this)',
      )
    : refused(['signingKey'], `is set for the function ${asset}`, 'omit it: only publish, promote and operate sign');
}

/** Without this permission, S3 answers 403 instead of 404 for missing objects. */
const listing = (bucket: IBucket) => allow('s3:ListBucket', bucket.bucketArn);

/** Nothing that a build wrote can be overwritten. */
const newObjects = (resource: string) => {
  const conditions = { Null: { 's3:if-none-match': 'false' } };
  return new PolicyStatement({ actions: ['s3:PutObject'], resources: [resource], conditions });
};

const allow = (action: string, resource: string) => new PolicyStatement({ actions: [action], resources: [resource] });
