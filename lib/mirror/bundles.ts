import { FileSystem } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { packagePath } from './package-files';

/** The bundle that every build has: stage.js, host-tools.sh and what they read. */
export function stageBundle(scope: Construct): Asset {
  return new Asset(scope, 'StageBundle', { path: packagePath('dist/assets/stage') });
}

/**
 * Digest of all bundles that are deployed, which an execution must have been planned with. dist/assets/config is none of
 * them: what it checks is checked before anything is deployed, and its messages may change between two builds of a redrive.
 */
export function bundlesDigest(): string {
  return FileSystem.fingerprint(packagePath('dist/assets'), { exclude: ['config'] });
}
