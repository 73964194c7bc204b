import { cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { App, FileSystem, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { MirrorError } from '../../lib/errors';
import { MaasMirror, UbuntuRelease } from '../../lib/index';
import type * as bundles from '../../lib/mirror/bundles';
import { bundlesDigest } from '../../lib/mirror/bundles';
import type * as packageFiles from '../../lib/mirror/package-files';
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

  expect(bundlesDigest()).toBe(FileSystem.fingerprint(deployed, { exclude: ['config', 'files.json'] }));
  rmSync(join(deployed, 'functions'), { recursive: true });
  expect(bundlesDigest()).not.toBe(FileSystem.fingerprint(deployed, { exclude: ['config', 'files.json'] }));
});

test('an incomplete installation is one clear error that names the file', () => {
  const root = temporaryFolder();
  const code = join(root, 'dist/lib/mirror');
  mkdirSync(code, { recursive: true });
  const own = packagePath('dist/assets').slice(0, -'/dist/assets'.length);
  writeFileSync(join(root, 'package.json'), '{}');
  cpSync(packagePath('dist/assets'), join(root, 'dist/assets'), { recursive: true });
  for (const file of ['package-files.js', 'bundles.js']) cpSync(join(own, 'dist/lib/mirror', file), join(code, file));
  cpSync(join(own, 'dist/lib/errors.js'), join(root, 'dist/lib/errors.js'));
  const load = createRequire(join(own, 'package.json'));
  const { packageModule, packagePath: pathIn } = load(join(code, 'package-files.js')) as typeof packageFiles;

  const config = join(root, 'dist/assets/config/index.js');
  const fault = (what: string) =>
    expect.objectContaining({
      ...{ name: 'NoSuchObject', message: expect.stringContaining(`the installation is incomplete: ${what}`) },
      hint: 'install the package again (in a clone: npm run build)',
    });
  truncateSync(config, 1000);
  expect(() => packageModule('dist/assets/config/index.js')).toThrow(fault(`${config} cannot be loaded: `));
  truncateSync(config);
  expect(() => packageModule('dist/assets/config/index.js')).toThrow(fault(`${config} is empty`));
  rmSync(config);
  expect(() => pathIn('dist/assets/config/index.js')).toThrow(fault(`${config} is missing`));

  // Modules of this repository are found from the copy, too.
  symlinkSync(join(own, 'node_modules'), join(root, 'node_modules'));
  const { bundlesDigest: digest, stageBundle } = load(join(code, 'bundles.js')) as typeof bundles;
  const scope = () => new Stack(new App(), 'Stack');
  for (const [file, call] of [
    ['functions/plan.js', digest],
    ['stage/stage.js', () => stageBundle(scope())],
    ['stage/keyrings/ubuntu-archive-keyring.gpg', () => stageBundle(scope())],
  ] as const) {
    const path = join(root, 'dist/assets', file);
    truncateSync(path);
    expect(call).toThrow(fault(`${path} is empty`));
    cpSync(packagePath(`dist/assets/${file}`), path);
  }

  // Each chunk that an entry point loads; a function would fail on AWS only.
  const chunks = readdirSync(join(root, 'dist/assets/functions')).filter((name) => name.startsWith('chunk-'));
  expect(chunks.length).toBeGreaterThan(5);
  for (const name of chunks) {
    const path = join(root, 'dist/assets/functions', name);
    const { size } = statSync(path);
    truncateSync(path, 100);
    expect(digest).toThrow(fault(`${path} has 100 bytes instead of ${size}`));
    rmSync(path);
    expect(digest).toThrow(fault(`${path} is missing`));
    cpSync(packagePath(`dist/assets/functions/${name}`), path);
  }
  expect(digest()).toBe(bundlesDigest());
});
