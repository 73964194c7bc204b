import { Stack, Token } from 'aws-cdk-lib';
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { MirrorError } from '../../errors';

type Mirror = Construct & { readonly mirrorBucket: IBucket };

/** Set on every mirror; by a symbol, since an app may hold this package twice. */
const mark = Symbol.for('cdk-maas-mirror.MaasMirror');

/**
 * Refuses a second mirror in a stack, where the command line could not tell them apart, and a second one on a bucket, where
 * two keys and two workflows would write the same views. Called once the mirror has its bucket.
 * @throws BadInput (misuse)
 */
export function requireAlone(mirror: Mirror): void {
  const others = mirror.node.root.node.findAll().filter((one): one is Mirror => mark in one);
  Object.defineProperty(mirror, mark, { value: true });
  const beside = others.find((one) => Stack.of(one) === Stack.of(mirror));
  if (beside !== undefined) {
    throw misuse(
      `the stack ${Stack.of(mirror).node.path} has a mirror already: ${beside.node.path}`,
      'give each mirror a stack of its own; one mirror can have many views',
    );
  }
  const sharing = others.find((one) => isSame(one.mirrorBucket, mirror.mirrorBucket));
  if (sharing === undefined) return;
  throw misuse(
    `the property mirrorBucket of ${mirror.node.path} is the bucket of the mirror ${sharing.node.path}`,
    'give each mirror a bucket of its own; one mirror can have many views',
  );
}

function isSame(one: IBucket, other: IBucket): boolean {
  if (one === other) return true;
  const [name, otherName] = [nameOf(one), nameOf(other)];
  return name !== undefined && name === otherName;
}

/** Undefined where only the deployment knows it. */
function nameOf(bucket: IBucket): string | undefined {
  const made: IConstruct | undefined = bucket.node.defaultChild;
  const name = made instanceof CfnBucket ? made.bucketName : bucket.bucketName;
  return name === undefined || Token.isUnresolved(name) ? undefined : name;
}

function misuse(message: string, hint: string): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
}
