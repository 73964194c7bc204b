import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/*
 * `npm run types` compiles the constructs with jsii, to publish them: scripts and types of everything that lib/index.ts
 * imports go to dist/lib, and .jsii, from which bindings for other languages are generated, next to package.json. It takes
 * ten times as long as `npm run build`, so it runs only when the package is packed. dist/lib keeps its scripts until a
 * source changes.
 */

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const read = ['package.json', 'README.md', 'LICENSE', 'tsconfig.types.json', 'lib'];
/** The files of lib in the package, with all that they import: the public API, and what bin/app.ts starts. */
const entries = ['lib/index', 'lib/mirror/app'];

process.umask(0o022); // other users must be able to read it
const scratch = mkdtempSync(join(dist, '.next-types-')); // a failure changes nothing; a build removes what a kill leaves
try {
  for (const path of read) cpSync(join(root, path), join(scratch, path), { recursive: true });
  compile();
  putInPlace();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function compile(): void {
  const jsii = join(root, 'node_modules/jsii/bin/jsii');
  const { status, stdout, stderr } = spawnSync(process.execPath, [jsii], { cwd: scratch, encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout}${stderr}`);
  process.exit(1);
}

function putInPlace(): void {
  const scripts = closure('.js', /\brequire\("([^"]+)"\)/g);
  const types = closure('.d.ts', /(?:\bfrom |\bimport\()'([^']+)'/g);
  for (const file of typesIn(dist)) if (!types.includes(file)) rmSync(join(dist, file));
  for (const file of [...scripts, ...types]) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    renameSync(join(scratch, 'dist', file), join(dist, file));
  }
  renameSync(join(scratch, '.jsii'), join(root, '.jsii'));
  tellBuild(scripts);
}

/** The entries and all files of ours that they import, directly or indirectly. */
function closure(extension: string, imports: RegExp): string[] {
  const found = new Set<string>();
  const add = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    for (const [, named = ''] of readFileSync(join(scratch, 'dist', file), 'utf8').matchAll(imports)) {
      if (named.startsWith('.')) add(`${join(dirname(file), named)}${extension}`);
    }
  };
  for (const entry of entries) add(`${entry}${extension}`);
  return [...found].sort();
}

function typesIn(folder: string): string[] {
  return ['lib', 'bin']
    .filter((name) => existsSync(join(folder, name)))
    .flatMap((name) =>
      readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((one) => join(name, one)),
    )
    .filter((file) => file.endsWith('.d.ts'));
}

/** Records the scripts as built. Otherwise the build that npm runs before it packs would replace them. */
function tellBuild(scripts: readonly string[]): void {
  const stamp = join(dist, '.built.json');
  const { sources, made } = JSON.parse(readFileSync(stamp, 'utf8'));
  for (const file of scripts)
    made[file] = createHash('sha256')
      .update(readFileSync(join(dist, file)))
      .digest('hex');
  writeFileSync(join(scratch, 'stamp'), JSON.stringify({ sources, made }));
  renameSync(join(scratch, 'stamp'), stamp);
}
