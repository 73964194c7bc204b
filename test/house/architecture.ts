import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { ICruiseResult, IViolation } from 'dependency-cruiser';
import { fileAccess } from './walls/file-access';
import { doors, house } from './walls/rooms';
import { runtimeWalls, walls } from './walls/walls';

const nothingNames = ['util', 'utils', 'common', 'helper', 'helpers', 'shared', 'misc'];

/** Lines of a file in lib. */
const longest = 200;

/** Files beside each other in a folder. */
const most = 16;

const folders = ['lib', 'bin', 'bench', 'test'];

/** Files that may import node:fs and do not, and files that are no more. */
export function unusedAccess(root: string): string[] {
  const touches = /from 'node:fs(\/promises)?'/;
  return Object.keys(fileAccess).filter(
    (file) => !existsSync(join(root, file)) || !touches.test(readFileSync(join(root, file), 'utf8')),
  );
}

/** Alcoves of the table that are no more. */
export function missingAlcoves(root: string): string[] {
  const rooms = Object.entries(house).map(([room, table]) => [`lib/${room}`, table] as const);
  return [...rooms, ['bin', doors] as const]
    .flatMap(([room, { alcoves = {} }]) => ['', ...Object.keys(alcoves)].map((alcove) => join(room, alcove)))
    .filter((folder) => !existsSync(join(root, folder)));
}

/** Folders with files that the table does not have, whatever they import. An alcove may have folders below it. */
export function unplannedFolders(root: string): string[] {
  const planned = [
    ...Object.entries(house).map(([room, table]) => [`lib/${room}`, table] as const),
    ['bin', doors] as const,
  ].flatMap(([room, { alcoves = {} }]) => ['', ...Object.keys(alcoves)].map((alcove) => join(room, alcove)));
  const isPlanned = (folder: string) =>
    folder === 'lib' ||
    planned.some(
      (one) =>
        folder === one || (one.split('/').length > (one.startsWith('lib/') ? 2 : 1) && folder.startsWith(`${one}/`)),
    );
  const used = sourcesIn(root)
    .filter((file) => /^(lib|bin)\//.test(file))
    .map(dirname);
  return [...new Set(used)].filter((folder) => !isPlanned(folder)).sort();
}

/** Everything in a tree with lib/, bin/ and test/ that breaks a rule of the house, one sentence each. */
export async function violationsIn(root: string): Promise<string[]> {
  const files = sourcesIn(root);
  return [
    ...files.flatMap(badName),
    ...files.filter((file) => file.startsWith('lib/')).flatMap((file) => tooLong(root, file)),
    ...crowds(files),
    ...(await brokenWalls(root)),
  ].sort();
}

function sourcesIn(root: string): string[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function badName(file: string): string[] {
  const word = file.split(/[/.-]/).find((part) => nothingNames.includes(part.toLowerCase()));
  return word ? [`${file}: a name with "${word}" in it says nothing about what is inside`] : [];
}

function tooLong(root: string, file: string): string[] {
  const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
  return lines > longest ? [`${file}: ${lines} lines, ${longest} are enough`] : [];
}

function crowds(files: readonly string[]): string[] {
  const sizes = new Map<string, number>();
  for (const file of files) {
    const folder = file.slice(0, file.lastIndexOf('/'));
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  }
  return [...sizes]
    .filter(([, size]) => size > most)
    .map(([folder, size]) => `${folder}: ${size} files beside each other; make alcoves, ${most} are enough`);
}

/** What imports through a wall, types and lazy imports too. A circle is told once, from its first file in the alphabet. */
async function brokenWalls(root: string): Promise<string[]> {
  const said = [await broken(root, folders, walls(), true), await broken(root, ['lib'], runtimeWalls(), false)];
  return [...new Set(said.flat())];
}

async function broken(root: string, folders: readonly string[], rules: Rules, withTypes: boolean): Promise<string[]> {
  const { cruise } = await import('dependency-cruiser'); // has no CommonJS
  const { output } = await cruise(
    folders.filter((folder) => existsSync(join(root, folder))),
    {
      baseDir: root,
      tsPreCompilationDeps: withTypes,
      doNotFollow: { path: 'node_modules' },
      validate: true,
      ruleSet: { forbidden: [...rules] },
    },
  );
  const comments = new Map(rules.map(({ name, comment }) => [name, comment]));
  const { violations } = (output as ICruiseResult).summary;
  return violations.map((violation) => sentence(violation, comments.get(violation.rule.name)));
}

type Rules = ReturnType<typeof walls | typeof runtimeWalls>;

function sentence({ type, from, to, cycle, via }: IViolation, comment: string | undefined): string {
  if (type === 'reachability') return `${from}: reaches ${(via ?? []).map(({ name }) => name).join(' → ')}, ${comment}`;
  if (type !== 'cycle') return `${from}: imports ${to}, ${comment}`;
  const circle = (cycle ?? []).map(({ name }) => name);
  return `circle of imports: ${fromFirst(circle).join(' → ')}`;
}

function fromFirst(circle: readonly string[]): string[] {
  const first = circle.indexOf([...circle].sort()[0] ?? '');
  const turned = [...circle.slice(first), ...circle.slice(0, first)];
  return [...turned, turned[0] ?? ''];
}
