import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, FileSystem, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { MirrorError } from '../../lib/errors';
import { MaasMirror, UbuntuRelease } from '../../lib/index';
import { bundlesDigest } from '../../lib/mirror/bundles';
import { packagePath } from '../../lib/mirror/package-files';
import { temporaryFolder } from '../fixtures/temporary-folder';

test('an error of the checks, which are a bundle of their own, is an error of ours', () => {
  const stack = new Stack(new App(), 'Stack');
  const view = { name: 'Pool!', releases: [UbuntuRelease.NOBLE] };

  let error: unknown;
  try {
    new MaasMirror(stack, 'Mirror', { views: [view] });
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(MirrorError);
  expect(error).toMatchObject({ name: 'BadInput', misuse: true });
});

test('the checks are no part of the digest of what is deployed', () => {
  const deployed = join(temporaryFolder(), 'assets');
  cpSync(packagePath('dist/assets'), deployed, { recursive: true });
  rmSync(join(deployed, 'config'), { recursive: true });

  expect(bundlesDigest()).toBe(FileSystem.fingerprint(deployed, { exclude: ['config'] }));
  rmSync(join(deployed, 'functions'), { recursive: true });
  expect(bundlesDigest()).not.toBe(FileSystem.fingerprint(deployed, { exclude: ['config'] }));
});
