import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { preProcessFile } from 'typescript';
import { fileAccess, treeAlcove } from './file-access';

/** What a room of lib may import of the others, and bring in from outside; a name that ends in `*` is a beginning. */
interface Room {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  /** Packages that only some files of the room may bring in: pattern of the path below the room → names. */
  readonly files?: readonly (readonly [RegExp, readonly string[]])[];
}

/** The table of the design (section 3). lib/errors.ts may be imported by all. */
export const house: Readonly<Record<string, Room>> = {
  catalog: { rooms: [], packages: [] },
  simplestreams: {
    rooms: [],
    packages: ['node:crypto', 'zod'],
    files: [[/^openpgp\/(openpgp-|keyring\.)/, ['openpgp']]],
  },
  job: { rooms: ['catalog'], packages: ['zod', 'yaml'] },
  store: { rooms: [], packages: ['node:*'], files: [[/^s3\/s3\.ts$/, ['@aws-sdk/client-s3', '@smithy/*']]] },
  machine: { rooms: [], packages: ['node:*', 'execa', 'undici'] },
  cloud: {
    rooms: ['job', 'simplestreams'],
    packages: ['@aws-sdk/client-kms', '@aws-sdk/client-sfn', '@aws-sdk/client-codebuild'],
    files: [
      [/^(clients|stack-outputs)\.ts$/, ['@aws-sdk/client-cloudformation']],
      [/^(clients|follow\/build-logs)\.ts$/, ['@aws-sdk/client-cloudwatch-logs']],
      [/^access\/credentials-store\.ts$/, ['@aws-sdk/client-cloudfront-keyvaluestore', '@aws-sdk/signature-v4a']],
      [/^keys\/(secret-key|repository-secret)\.ts$/, ['@aws-sdk/client-secrets-manager']],
      [/^access\/credential\.ts$/, ['node:crypto']],
      [/^follow\/pause\.ts$/, ['node:timers/promises']],
    ],
  },
  publication: { rooms: ['job', 'catalog', 'simplestreams', 'store'], packages: [] },
  stages: { rooms: ['publication', 'job', 'catalog', 'simplestreams', 'store', 'machine'], packages: ['node:path'] },
  operations: {
    rooms: ['publication', 'job', 'catalog', 'simplestreams', 'store', 'machine'],
    packages: ['node:path'],
  },
  mirror: {
    rooms: ['job', 'catalog'],
    packages: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
    files: [
      [/^package-files\.ts$/, ['node:fs', 'node:path']], // buildspecs and bundles, at synth time
      [/^settings\/user-files\.ts$/, ['node:fs', 'node:path']], // mirror.yaml and what it names, at synth time
    ],
  },
  local: { rooms: ['job', 'machine', 'stages', 'store'], packages: ['node:*', 'aws-local-stepfunctions', 'yaml'] },
};

/** Only lib/machine starts processes, whatever else a room may bring in. */
const processStarters = ['node:child_process', 'node:cluster', 'execa'];

const nothingNames = ['util', 'utils', 'common', 'helper', 'helpers', 'shared', 'misc'];

/** Lines of a file in lib. */
const longest = 200;

/** Files that may bring in node:fs and do not. */
export function unusedAccess(root: string): string[] {
  return Object.keys(fileAccess).filter(
    (file) => !existsSync(join(root, file)) || !importsOf(root, file).some(touchesFiles),
  );
}

/** Everything in a tree with lib/, bin/ and test/ that breaks a rule of the house, one sentence each. */
export function violationsIn(root: string): string[] {
  const files = ['lib', 'bin', 'bench', 'test'].flatMap((folder) => sourcesIn(root, folder));
  const imports = new Map(files.map((file) => [file, importsOf(root, file)]));
  return [
    ...files.flatMap(badName),
    ...files.filter((file) => file.startsWith('lib/')).flatMap((file) => tooLong(root, file)),
    ...[...imports].flatMap(([file, names]) => names.flatMap((name) => throughAWall(file, name))),
    ...[...imports].flatMap(([file, names]) => besideInside(file, names)),
    ...cycles(imports),
  ].sort();
}

function sourcesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** What a file imports, types and lazy imports too: paths of our own files, names of packages. */
function importsOf(root: string, file: string): string[] {
  const { importedFiles } = preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => (fileName.startsWith('.') ? sourceOf(root, file, fileName) : fileName));
}

function sourceOf(root: string, importer: string, name: string): string {
  const path = normalize(join(dirname(importer), name)).replace(/\.js$/, '');
  const source = [`${path}.ts`, `${path}/index.ts`].find((candidate) => existsSync(join(root, candidate)));
  return `./${source ?? path}`;
}

function badName(file: string): string[] {
  const word = file.split(/[/.-]/).find((part) => nothingNames.includes(part.toLowerCase()));
  return word ? [`${file}: a name with "${word}" in it says nothing about what is inside`] : [];
}

function tooLong(root: string, file: string): string[] {
  const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
  return lines > longest ? [`${file}: ${lines} lines, ${longest} are enough`] : [];
}

function throughAWall(file: string, imported: string): string[] {
  if (!file.startsWith('lib/')) return [];
  const name = roomOf(file);
  if (imported.startsWith('./')) return intoRoom(file, name, imported.slice(2));
  const faults = fromOutside(file, name, imported);
  return faults.length > 0 ? faults : toFiles(file, imported);
}

function intoRoom(file: string, name: string, imported: string): string[] {
  if (imported === 'lib/errors.ts') return [];
  if (!imported.startsWith('lib/')) return [`${file}: imports ${imported}, lib stands without it`];
  const target = roomOf(imported);
  if (target === name && name !== '') return [];
  // lib/index.ts is the public face of the constructs
  const allowed = file === 'lib/index.ts' ? ['mirror'] : (house[name]?.rooms ?? []);
  return allowed.includes(target) ? [] : [`${file}: imports ${imported}; ${name || file} may not import ${target}`];
}

function fromOutside(file: string, name: string, imported: string): string[] {
  const room = house[name];
  if (!room) return [`${file}: brings in ${imported}; only rooms that the house knows may`];
  if (processStarters.includes(imported) && name !== 'machine') {
    return [`${file}: brings in ${imported}; only machine starts processes`];
  }
  const inRoom = file.slice(`lib/${name}/`.length);
  const special = (room.files ?? []).filter(([pattern]) => pattern.test(inRoom)).flatMap(([, names]) => names);
  const allowed = [...room.packages, ...special];
  const fits = (pattern: string) =>
    pattern.endsWith('*') ? imported.startsWith(pattern.slice(0, -1)) : imported === pattern;
  return allowed.some(fits) ? [] : [`${file}: brings in ${imported}, which ${name} may not`];
}

const touchesFiles = (imported: string) => /^node:fs(?:\/|$)/.test(imported);

function toFiles(file: string, imported: string): string[] {
  if (!touchesFiles(imported) || file in fileAccess) return [];
  return [`${file}: brings in ${imported}; only files that test/house/file-access.ts names may`];
}

/** A file that works in trees has no other way to files. */
function besideInside(file: string, names: readonly string[]): string[] {
  if (file.startsWith(treeAlcove) || !file.startsWith('lib/') || !(file in fileAccess)) return [];
  const tree = names.find((name) => name.startsWith(`./${treeAlcove}`));
  return tree === undefined ? [] : [`${file}: brings in node:fs, and is handed trees (${tree.slice(2)})`];
}

/** `catalog` of lib/catalog/kernels.ts; empty for what lies in lib itself. */
const roomOf = (file: string) => /^lib\/([^/]+)\//.exec(file)?.[1] ?? '';

/** Each circle of imports once, told from its first file in the alphabet. */
function cycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) found.add(`circle of imports: ${fromFirst(way.slice(start)).join(' → ')}`);
    if (start >= 0 || done.has(file)) return;
    for (const imported of imports.get(file) ?? []) walk(imported.replace(/^\.\//, ''), [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  return [...found];
}

function fromFirst(circle: readonly string[]): string[] {
  const first = circle.indexOf([...circle].sort()[0] ?? '');
  const turned = [...circle.slice(first), ...circle.slice(0, first)];
  return [...turned, turned[0] ?? ''];
}
