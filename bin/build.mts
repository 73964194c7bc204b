import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/*
 * `npm run build` makes everything in dist/ except types, with esbuild: a CommonJS file of each source, then the bundles, one
 * of which is the command line. If nothing has changed since the last build, it only reads. `npm run lint` checks the types;
 * they are written when the package is packed.
 *
 * Node runs this file directly and strips its types, since nothing is compiled yet.
 */

/** sha256 by path. */
type Digests = Readonly<Record<string, string>>;

/** What the last build read and made. */
interface Stamp {
  readonly sources: Digests;
  readonly made: Digests;
}

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const stampFile = join(dist, '.built.json');

/** Folders whose sources are compiled; of test/ only files that are not tests, because benchmarks use its fixtures. */
const folders = ['lib', 'bin', 'bench', 'test'];
const compiled = /(?<!\.(?:test|d))\.ts$/;
/** The command line, which is a bundle. */
const command = 'bin/maas-mirror';
/** What a bundle is made of. */
const bundled = /^(lib|bin|buildspecs)\/|^[^/]+$/;
const settings = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'bin/build.mts',
  'node_modules/esbuild/package.json',
];

process.umask(0o022); // other users must be able to run it
try {
  await build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function build(): Promise<void> {
  const sources = digestsOf(root, [...sourceFiles(), ...filesIn('buildspecs'), ...settings]);
  const before = lastBuild();
  if (same(before.sources, sources) && same(before.made, digestsOf(dist, madeFiles()))) return;

  mkdirSync(dist, { recursive: true });
  removeUnfinished();
  const next = mkdtempSync(join(dist, '.next-')); // concurrent builds do not interfere, and every file appears complete
  try {
    await compile(next);
    const kept = bundlesOf(before, sources);
    if (kept === undefined) await makeBundles(next);
    const made = { ...kept, ...moveOver(next) };
    removeOthers(made, 'local/'); // the template contains a digest of all bundles in dist/
    if (kept === undefined) Object.assign(made, await makeTemplate(next));
    removeOthers(made);
    replace(stampFile, JSON.stringify({ sources, made }), next);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

/** Removes what killed builds have left. No build takes an hour. */
function removeUnfinished(): void {
  for (const name of readdirSync(dist).filter((one) => one.startsWith('.next-'))) {
    const made = statSync(join(dist, name), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (Date.now() - made > 3_600_000) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

async function compile(outdir: string): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    ...{
      absWorkingDir: root,
      entryPoints: sourceFiles().filter((file) => file !== `${command}.ts`),
      outbase: '.',
      outdir,
    },
    ...{ format: 'cjs', platform: 'node', target: 'es2023', logLevel: 'silent' },
  });
}

function sourceFiles(): string[] {
  return folders.flatMap((folder) => filesIn(folder)).filter((file) => compiled.test(file));
}

/** The bundles of the last build, with the command line, and the template of a local run, if they are still up to date. */
function bundlesOf(before: Stamp, sources: Digests): Digests | undefined {
  const made = only(before.made, /^(assets|local)\/|^bin\/maas-mirror[./]/);
  const unchanged = same(only(before.sources, bundled), only(sources, bundled));
  return unchanged && same(made, digestsOf(dist, Object.keys(made))) ? made : undefined;
}

async function makeBundles(next: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const { makeAssets } = require(join(next, 'bin/bundle/assets.js'));
  const { makeCommand } = require(join(next, 'bin/bundle/command.js'));
  await makeAssets(root, join(next, 'assets'));
  await makeCommand(root, next);
}

/** The template contains the final paths of the bundles and their digest, so it is made last. */
async function makeTemplate(next: string): Promise<Digests> {
  const { writeLocalTemplate } = createRequire(import.meta.url)(join(dist, 'bin/bundle/local-template.js'));
  await writeLocalTemplate(join(next, 'local'), join(dist, 'local'));
  return moveOver(next);
}

/** Moves each changed file into place with one rename. @returns digests of all files */
function moveOver(next: string): Digests {
  const made = digestsOf(next, filesIn('.', next));
  for (const [file, digest] of Object.entries(made)) {
    if (digestOf(join(dist, file)) === digest) {
      rmSync(join(next, file));
      continue;
    }
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    renameSync(join(next, file), join(dist, file));
  }
  return made;
}

/** Removes files that no source makes any more, except below a folder that is not made yet. */
function removeOthers(made: Digests, except?: string): void {
  const others = madeFiles().filter((file) => !(file in made) && !(except && file.startsWith(except)));
  for (const file of others) rmSync(join(dist, file), { force: true });
}

function lastBuild(): Stamp {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch (error) {
    const none = (error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError;
    if (!none) throw error;
    return { sources: {}, made: {} };
  }
}

function replace(file: string, text: string, scratch: string): void {
  const whole = join(scratch, 'stamp');
  writeFileSync(whole, text);
  renameSync(whole, file);
}

/** Files in dist/ that a build made. Types of sources that still exist are not among them. */
function madeFiles(): string[] {
  const visible = existsSync(dist) ? readdirSync(dist).filter((name) => !name.startsWith('.')) : [];
  const types = /^((?:lib|bin)\/.*)\.d\.ts$/;
  const source = (file: string) => types.exec(file)?.[1]?.concat('.ts') ?? '';
  return visible.flatMap((name) => filesIn(name, dist)).filter((file) => !isFile(join(root, source(file))));
}

/** The file itself, or all files below a folder, sorted; none if it is missing. */
function filesIn(path: string, base = root): string[] {
  if (isFile(join(base, path))) return [path];
  if (!existsSync(join(base, path))) return [];
  return readdirSync(join(base, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(base, join(entry.parentPath, entry.name)))
    .sort();
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Digests of the files that exist; another build may remove one at any time. */
function digestsOf(base: string, files: readonly string[]): Digests {
  const digests = files.map((file) => [file, digestOf(join(base, file))] as const);
  return Object.fromEntries(digests.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function digestOf(file: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function only(digests: Digests, pattern: RegExp): Digests {
  return Object.fromEntries(Object.entries(digests).filter(([file]) => pattern.test(file)));
}

function same(one: Digests, other: Digests): boolean {
  const sorted = (digests: Digests) => JSON.stringify(Object.entries(digests).sort());
  return sorted(one) === sorted(other);
}
