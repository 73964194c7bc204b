import { Stack, Token } from 'aws-cdk-lib';
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { refused } from '../refusals/synth-error';

type Mirror = Construct & { readonly mirrorBucket: IBucket };

/** Set on every mirror; a symbol, since an app may contain this package twice. */
const mark = Symbol.for('cdk-maas-mirror.MaasMirror');

/**
 * Refuses a second mirror in a stack, because the command line could not tell them apart, and a second one with the same
 * bucket, because two keys and two workflows would write the same views. Call this once the mirror has its bucket.
 * @throws BadInput (misuse)
 */
export function requireAlone(mirror: Mirror): void {
  const others = mirror.node.root.node.findAll().filter((one): one is Mirror => mark in one);
  Object.defineProperty(mirror, mark, { value: true });
  const beside = others.find((one) => Stack.of(one) === Stack.of(mirror));
  if (beside !== undefined) {
    throw refused(
      [],
      `the stack ${Stack.of(mirror).node.path} already has a mirror: ${beside.node.path}`,
      'use a separate stack for each mirror, or one mirror with several views',
    );
  }
  const sharing = others.find((one) => isSame(one.mirrorBucket, mirror.mirrorBucket));
  if (sharing === undefined) return;
  throw refused(
    ['mirrorBucket'],
    `is already the bucket of the mirror ${sharing.node.path}`,
    'use a separate bucket for each mirror, or one mirror with several views',
  );
}

function isSame(one: IBucket, other: IBucket): boolean {
  if (one === other) return true;
  const [name, otherName] = [nameOf(one), nameOf(other)];
  return name !== undefined && name === otherName;
}

/** Undefined if it is only known at deployment. */
function nameOf(bucket: IBucket): string | undefined {
  const made: IConstruct | undefined = bucket.node.defaultChild;
  const name = made instanceof CfnBucket ? made.bucketName : bucket.bucketName;
  return name === undefined || Token.isUnresolved(name) ? undefined : name;
}
