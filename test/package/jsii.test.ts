import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ground } from '../house/walls/rooms';

const root = join(__dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'jsii-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * jsii wants a package.json and a tsconfig of its own, and every runtime dependency bundled. It gets a copy of the rooms
 * that lib/index.ts reaches, with a package.json that says so, until the package itself is published that way.
 */
it('lets jsii compile the public API, so that Python, Java, .NET and Go can follow', () => {
  for (const part of ['index.ts', ...ground.map((file) => `${file}.ts`), 'mirror', 'job', 'catalog']) {
    cpSync(join(root, 'lib', part), join(scratch, 'lib', part), { recursive: true });
  }
  for (const file of ['README.md', 'LICENSE']) cpSync(join(root, file), join(scratch, file));
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  writeFileSync(join(scratch, 'package.json'), JSON.stringify(packageForJsii(), null, 2));

  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/jsii/bin/jsii'], {
    cwd: scratch,
    encoding: 'utf8',
  });

  expect(status, stdout + stderr).toBe(0);
  expect(existsSync(join(scratch, 'lib/index.js'))).toBe(true);
  const { types } = JSON.parse(readFileSync(join(scratch, '.jsii'), 'utf8')) as { types: object };
  const exported = Object.keys(types).map((name) => name.replace('cdk-maas-mirror.', ''));
  expect(exported).toEqual(expect.arrayContaining(['MaasMirror', 'MirrorSite', 'KernelBuild', 'ReleaseWorkflow']));
  expect(exported).toEqual(expect.arrayContaining(['SigningKey', 'MaasMirrorProps', 'UbuntuRelease']));
});

function packageForJsii(): object {
  const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { name, version, description, license, peerDependencies, dependencies } = ours;
  const bundled = ['yaml', 'zod']; // what job and catalog bring in
  return {
    ...{ name, version, description, license, peerDependencies },
    author: { name: 'the authors of cdk-maas-mirror' },
    repository: { type: 'git', url: 'https://example.com/cdk-maas-mirror.git' },
    main: 'lib/index.js',
    types: 'lib/index.d.ts',
    dependencies: Object.fromEntries(bundled.map((one) => [one, dependencies[one]])),
    bundledDependencies: bundled,
    jsii: { outdir: 'dist', targets: {}, versionFormat: 'full' },
  };
}
