import { execFile, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';

const root = join(__dirname, '../..');

describe('a build', () => {
  it('makes each source CommonJS by itself, and the bundles, of which one is the command line', () => {
    const tree = treeOf({ ...sources, 'dist/assets/old.js': '' });

    expect(build(tree)).toMatchObject({ status: 0, stderr: '' });

    expect(madeIn(tree)).toEqual([
      'assets/plan/index.js',
      'bench/slow.js',
      'bin/bundle/assets.js',
      'bin/bundle/bundling.js',
      'bin/bundle/command.js',
      'bin/bundle/local-template.js',
      'bin/maas-mirror.js',
      'lib/catalog/names.js',
      'local/template.json',
      'test/fixtures/maker.js',
    ]);
    expect(statSync(join(tree, 'dist/bin/maas-mirror.js')).mode & 0o777).toBe(0o755);
    expect(statSync(join(tree, 'dist/lib/catalog/names.js')).mode & 0o777).toBe(0o644);
    expect(run(tree, 'dist/bin/maas-mirror.js')).toBe('noble\n');
    const template = readFileSync(join(tree, 'dist/local/template.json'), 'utf8');
    expect(JSON.parse(template)).toEqual([join(tree, 'dist/local'), ['plan']]); // made when only the bundles are in their place
  });

  it('makes the template when the bundles of before are gone', () => {
    const tree = treeOf({ ...sources, 'dist/assets/old/index.js': '' });

    expect(build(tree)).toMatchObject({ status: 0, stderr: '' });

    const [, bundles] = JSON.parse(readFileSync(join(tree, 'dist/local/template.json'), 'utf8'));
    expect(bundles).toEqual(['plan']);
  });

  it('removes what a killed build left more than an hour ago, and nothing of one that may be at work', () => {
    const tree = treeOf(sources);
    for (const name of ['.next-old', '.next-new']) mkdirSync(join(tree, 'dist', name), { recursive: true });
    const twoHoursAgo = Date.now() / 1000 - 7200;
    utimesSync(join(tree, 'dist/.next-old'), twoHoursAgo, twoHoursAgo);

    expect(build(tree)).toMatchObject({ status: 0, stderr: '' });

    expect(readdirSync(join(tree, 'dist')).filter((name) => name.startsWith('.next-'))).toEqual(['.next-new']);
  });

  it('writes nothing where nothing has changed', () => {
    const tree = treeOf(sources);
    build(tree);
    const before = inodesIn(tree);

    expect(build(tree)).toMatchObject({ status: 0, stderr: '' });

    expect(inodesIn(tree)).toEqual(before);
    expect(bundlings(tree)).toBe(1);
  });

  it('puts only what comes out otherwise in its place', () => {
    const tree = treeOf(sources);
    build(tree);
    const before = inodesIn(tree);
    writeFileSync(join(tree, 'lib/catalog/names.ts'), "export const newest = 'resolute';");

    build(tree);

    const after = inodesIn(tree);
    expect(Object.keys(after).filter((file) => after[file] !== before[file])).toEqual([
      'bin/maas-mirror.js', // which holds it
      'lib/catalog/names.js',
    ]);
    expect(run(tree, 'dist/bin/maas-mirror.js')).toBe('resolute\n');
  });

  it.each([
    ['bin/maas-mirror.ts', 2],
    ['lib/catalog/names.ts', 2],
    ['buildspecs/plan.yml', 2],
    ['package-lock.json', 2],
    ['tsconfig.json', 2],
    ['bench/slow.ts', 1],
    ['test/fixtures/maker.ts', 1],
  ])('after a change of %s, bundles have been made %i time(s)', (file, times) => {
    const tree = treeOf(sources);
    build(tree);
    appendFileSync(join(tree, file), '\n');

    build(tree);

    expect(bundlings(tree)).toBe(times);
  });

  it('takes away what no source makes any more, its types as well', () => {
    const tree = treeOf({ ...sources, 'lib/old.ts': '', 'dist/lib/old.d.ts': '', 'dist/lib/catalog/names.d.ts': '' });
    build(tree);
    expect(madeIn(tree)).toEqual(expect.arrayContaining(['lib/old.js', 'lib/old.d.ts']));
    rmSync(join(tree, 'lib/old.ts'));
    writeFileSync(join(tree, 'dist/lib/lost.js'), '');

    build(tree);

    expect(madeIn(tree).filter((file) => file.startsWith('lib/'))).toEqual([
      'lib/catalog/names.d.ts',
      'lib/catalog/names.js',
    ]);
  });

  it.each([
    'lib/catalog/names.js',
    'bin/maas-mirror.js',
    'assets/plan/index.js',
    'local/template.json',
  ])('makes %s again where somebody has changed it', (file) => {
    const tree = treeOf(sources);
    build(tree);
    const made = readFileSync(join(tree, 'dist', file), 'utf8');
    appendFileSync(join(tree, 'dist', file), 'more');

    build(tree);

    expect(readFileSync(join(tree, 'dist', file), 'utf8')).toBe(made);
  });

  it('refuses what does not compile, and leaves what was built', () => {
    const tree = treeOf(sources);
    build(tree);
    const before = inodesIn(tree);
    writeFileSync(join(tree, 'lib/catalog/names.ts'), 'export const newest = ;');

    const { status, stderr } = build(tree);

    expect(status).toBe(1);
    expect(stderr).toContain('lib/catalog/names.ts:1:22: ERROR: Unexpected ";"');
    expect(inodesIn(tree)).toEqual(before);
    expect(readdirSync(join(tree, 'dist')).filter((name) => name.startsWith('.next'))).toEqual([]);
  });

  it('builds again after one that failed', () => {
    const tree = treeOf({
      ...sources,
      'bin/bundle/assets.ts': 'export function makeAssets() { throw new Error("no space"); }',
    });
    expect(build(tree)).toMatchObject({ status: 1, stderr: 'no space\n' });
    writeFileSync(join(tree, 'bin/bundle/assets.ts'), sources['bin/bundle/assets.ts']);

    expect(build(tree)).toMatchObject({ status: 0, stderr: '' });

    expect(madeIn(tree)).toContain('assets/plan/index.js');
  });

  it('is not disturbed by others at the same time', async () => {
    const tree = treeOf(sources);
    const atOnce = promisify(execFile);

    await Promise.all(Array.from({ length: 4 }, () => atOnce(process.execPath, [join(tree, 'bin/build.mts')])));

    const alone = treeOf(sources);
    build(alone);
    expect(madeIn(tree)).toEqual(madeIn(alone));
    expect(run(tree, 'dist/bin/maas-mirror.js')).toBe('noble\n');
  });
});

it('what is compiled disposes of what it uses, in the order of the language', () => {
  const tree = treeOf({
    ...sources,
    'bin/maas-mirror.ts': `
      const thing = (name: string) => ({ name, [Symbol.asyncDispose]: async () => console.log('end', name) });
      async function main() {
        await using one = thing('one');
        await using other = thing('other');
        console.log(one.name, other.name);
        throw new Error('failed');
      }
      main().catch((error: Error) => console.log(error.message));`,
  });
  build(tree);

  expect(run(tree, 'dist/bin/maas-mirror.js')).toBe('one other\nend other\nend one\nfailed\n');
});

const sources = {
  'package.json': '{ "type": "commonjs" }',
  'package-lock.json': '{}',
  'tsconfig.json': '{}',
  'bin/maas-mirror.ts': `import { newest } from '../lib/catalog/names';
    console.log(newest satisfies string);`,
  // Says that it was asked, and makes one.
  'bin/bundle/assets.ts': `import { appendFileSync, cpSync, mkdirSync } from 'node:fs';
    export async function makeAssets(root: string, outdir: string) {
      appendFileSync(root + '/bundlings', '.');
      mkdirSync(outdir + '/plan', { recursive: true });
      cpSync(root + '/bin/maas-mirror.ts', outdir + '/plan/index.js');
    }`,
  'bin/bundle/local-template.ts': `import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
    export function writeLocalTemplate(outdir: string, place: string) {
      mkdirSync(outdir);
      writeFileSync(outdir + '/template.json', JSON.stringify([place, readdirSync(place.replace('local', 'assets'), { recursive: true }).filter((path) => path.endsWith('.js')).map((path) => path.split('/')[0])]));
    }`,
  'buildspecs/plan.yml': '',
  'lib/catalog/names.ts': "export const newest: string = 'noble';",
  'bench/slow.ts': '',
  'test/fixtures/maker.ts': '',
  'test/fixtures/maker.test.ts': '',
};

function treeOf(files: Readonly<Record<string, string>>): string {
  const tree = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  for (const own of ['bin/build.mts', 'bin/bundle/command.ts', 'bin/bundle/bundling.ts']) {
    if (!(own in files)) cpSync(join(root, own), join(tree, own));
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

function build(tree: string): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, [join(tree, 'bin/build.mts')], { encoding: 'utf8' });
}

function run(tree: string, program: string): string {
  return spawnSync(process.execPath, [join(tree, program)], { encoding: 'utf8' }).stdout;
}

/** Files below dist/ but the build's own. */
function madeIn(tree: string): string[] {
  return readdirSync(join(tree, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.') && statSync(join(tree, 'dist', path)).isFile())
    .sort();
}

/** A file that was put in its place again has another inode. */
function inodesIn(tree: string): Record<string, number> {
  return Object.fromEntries(madeIn(tree).map((file) => [file, statSync(join(tree, 'dist', file)).ino]));
}

function bundlings(tree: string): number {
  const log = join(tree, 'bundlings');
  return existsSync(log) ? readFileSync(log, 'utf8').length : 0;
}
