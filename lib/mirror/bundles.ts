import { FileSystem } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { packagePath } from './package-files';

/** The bundle of every build: stage.js, host-tools.sh and the files they read. */
export function stageBundle(scope: Construct): Asset {
  return new Asset(scope, 'StageBundle', { path: wholeFolder('dist/assets/stage', stageFiles) });
}

/**
 * Digest of all bundles that are deployed; an execution that was planned with another one fails. dist/assets/config is not
 * deployed: it is used at synth only, and its messages may change between a failure and the redrive.
 */
export function bundlesDigest(): string {
  wholeFolder('dist/assets/functions', functionFiles);
  return FileSystem.fingerprint(packagePath('dist/assets'), { exclude: ['config'] });
}

const stageFiles = [
  ...['stage.js', 'host-tools.sh', 'boot-check.sh', 'in-tree.sh', 'packaged-kernels.sh', 'relay.pl', 'seal.pl'],
  ...['within-limits.pl', 'bootloaders', 'bootstrap', 'initramfs'],
  ...['debian-archive', 'ubuntu-archive', 'ubuntu-cloudimage'].map((name) => `keyrings/${name}-keyring.gpg`),
];

const functionFiles = ['plan', 'select', 'publish', 'promote', 'operate', 'check-for-updates', 'notify'].map(
  (name) => `${name}.js`,
);

/** A folder that is deployed, with these files. @throws NoSuchObject if one is missing or empty: it would fail on AWS only */
function wholeFolder(folder: string, files: readonly string[]): string {
  for (const file of files) packagePath(`${folder}/${file}`);
  return packagePath(folder);
}
