import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { MirrorError } from '../../errors';
import { requestsOf, runsOf } from '../buckets';
import { readSecrets } from '../choices/secrets';
import type { BoundSigningKey } from '../choices/signing-key';

/** What a function of this package works with. */
export interface FunctionInputs {
  readonly mirrorBucket: IBucket;
  readonly workBucket: IBucket;
  readonly signingKey?: BoundSigningKey | undefined;
  readonly secrets?: readonly ISecret[] | undefined;
}

/** What a function has to be given to work with it. */
export interface FunctionNeeds {
  readonly statements: readonly PolicyStatement[];
  readonly environment: { readonly [name: string]: string };
  /** ARNs among the statements that have a star in them, each with the reason for it. */
  readonly stars: readonly { readonly arn: string; readonly reason: string }[];
}

/**
 * The rights and variables of each function, by the name of its file in `dist/assets/functions/`. Publish alone signs and writes
 * into the mirror.
 * @throws BadInput (misuse) where publish has no key, or another function has one
 */
export function functionNeeds(asset: string, inputs: FunctionInputs): FunctionNeeds {
  checkAsset(asset);
  const { mirrorBucket, workBucket, signingKey, secrets = [] } = inputs;
  if ((asset === 'publish') !== (signingKey !== undefined)) throw badKey(asset);

  const objects = mirrorBucket.arnForObjects('*');
  const requests = requestsOf(workBucket);
  const runs = runsOf(workBucket);
  const readMirror = [allow('s3:GetObject', objects), listing(mirrorBucket)];
  // Nobody may list the work bucket: the names of its folders are what keeps one execution's builds from another's.
  const readRequest = allow('s3:GetObject', requests);
  const writeRequest = [allow('s3:PutObject', requests), readRequest]; // is it ours that is there, after an answer was lost?
  const writeMirror = allow('s3:PutObject', objects);
  const ofMirror = { arn: objects, reason: 'the mirror has a bucket of its own, all of which is what the site serves' };
  const ofRequests = { arn: requests, reason: 'the order of an execution, in a folder that nobody can guess' };
  const ofRuns = { arn: runs, reason: 'what stages hand to each other, in folders that nobody can guess' };
  const needs = {
    plan: { statements: [...readMirror, ...writeRequest, ...readSecrets(secrets)], stars: [ofMirror, ofRequests] },
    select: { statements: [...readMirror, readRequest], stars: [ofMirror, ofRequests] },
    publish: {
      statements: [allow('s3:GetObject', runs), ...readMirror, writeMirror, ...(signingKey?.signing ?? [])],
      stars: [ofMirror, ofRuns],
    },
    'check-for-updates': { statements: [...readMirror, ...readSecrets(secrets)], stars: [ofMirror] },
    notify: { statements: [], stars: [] },
  } satisfies Record<Asset, Omit<FunctionNeeds, 'environment'>>;
  return { ...needs[asset], environment: { ...(signingKey && { MIRROR_SIGNING_KEY: signingKey.address }) } };
}

/** The functions of this package. */
const assets = ['plan', 'select', 'publish', 'check-for-updates', 'notify'] as const;
type Asset = (typeof assets)[number];

function checkAsset(asset: string): asserts asset is Asset {
  if ((assets as readonly string[]).includes(asset)) return;
  throw new MirrorError('BadInput', `the property asset is ${JSON.stringify(asset)}`, {
    hint: `name a function of this package: ${assets.join(', ')}`,
    misuse: true,
  });
}

function badKey(asset: Asset): MirrorError {
  const [message, hint] =
    asset === 'publish'
      ? [
          'the property signingKey is missing: publish signs',
          'give SigningKey.kms().bind(this), or SigningKey.secret(…)',
        ]
      : [`the property signingKey is set for the function ${asset}`, 'leave it out: only publish signs'];
  return new MirrorError('BadInput', message, { hint, misuse: true });
}

/** Without it S3 answers 403 instead of 404 for what is not there. */
const listing = (bucket: IBucket) => allow('s3:ListBucket', bucket.bucketArn);

const allow = (action: string, resource: string) => new PolicyStatement({ actions: [action], resources: [resource] });
