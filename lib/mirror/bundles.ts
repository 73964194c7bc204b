import { FileSystem } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { assetList, packagePath, wholeAsset } from './package-files';

/** The bundle of every build: stage.js, host-tools.sh and the files they read. */
export function stageBundle(scope: Construct): Asset {
  return new Asset(scope, 'StageBundle', { path: wholeAsset('stage') });
}

/**
 * Digest of all bundles that are deployed; an execution that was planned with another one fails. dist/assets/config is not
 * deployed: it is used at synth only, and its messages may change between a failure and the redrive.
 */
export function bundlesDigest(): string {
  wholeAsset('functions');
  return FileSystem.fingerprint(packagePath('dist/assets'), { exclude: ['config', assetList] });
}
