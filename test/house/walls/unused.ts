import type { ICruiseResult } from 'dependency-cruiser';
import { doors, house, type Room, top } from './rooms';

/** One import: the file, what it names, and the file or builtin that this is. */
interface Import {
  readonly from: string;
  readonly named: string;
  readonly to: string;
}

/** What the table lets a room or an alcove import, and it does not: a door that stands open for nothing. */
export async function unusedPermissions(root: string, tables = house, bin = doors): Promise<string[]> {
  const { cruise } = await import('dependency-cruiser'); // has no CommonJS
  const { output } = await cruise(['lib', 'bin'], {
    ...{ baseDir: root, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
  });
  const imports = (output as ICruiseResult).modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ module, resolved, coreModule }) => ({
      ...{ from: source, to: resolved },
      named: coreModule && !module.startsWith('node:') ? `node:${module}` : module,
    })),
  );
  return [
    ...Object.entries(tables).flatMap(([name, room]) => ofRoom(name, room, imports)),
    ...ofAlcoves('bin', bin, imports),
  ];
}

function ofRoom(name: string, room: Room, imports: readonly Import[]): string[] {
  const own = imports.filter(({ from }) => from.startsWith(`lib/${name}/`));
  const rooms = room.rooms.filter((other) => !own.some(({ to }) => to.startsWith(`lib/${other}/`)));
  const packages = room.packages.filter((pattern) => !own.some(({ named }) => matches(named, pattern)));
  const special = Object.entries(room.special ?? {}).flatMap(([pattern, files]) =>
    files
      .filter((file) => !own.some((one) => one.from.startsWith(`lib/${name}/${file}`) && matches(one.named, pattern)))
      .map((file) => `${pattern} in ${file}`),
  );
  return [
    ...[...rooms, ...packages, ...special].map((one) => `lib/${name} may import ${one}, and does not`),
    ...ofAlcoves(`lib/${name}`, room, imports),
  ];
}

function ofAlcoves(
  room: string,
  { alcoves = {}, top: above = [] }: Pick<Room, 'top' | 'alcoves'>,
  imports: readonly Import[],
): string[] {
  const deepestFirst = Object.keys(alcoves).sort((one, other) => other.length - one.length);
  const alcoveOf = (path: string) => deepestFirst.find((alcove) => path.startsWith(`${room}/${alcove}/`)) ?? top;
  const own = imports.filter(({ from, to }) => from.startsWith(`${room}/`) && to.startsWith(`${room}/`));
  const used = new Set(own.map(({ from, to }) => `${alcoveOf(from)} ${alcoveOf(to)}`));
  const allowed = Object.entries(alcoves).map(([alcove, table]) => [alcove, table.imports] as const);
  return [...allowed, [top, above] as const].flatMap(([alcove, others]) =>
    others
      .filter((other) => !used.has(`${alcove} ${other}`))
      .map((other) => `${room}/${alcove} may import ${other}, and does not`),
  );
}

/** A name that ends in `*` is a beginning; a package has files of its own. */
function matches(named: string, pattern: string): boolean {
  if (pattern.endsWith('*')) return named.startsWith(pattern.slice(0, -1));
  return named === pattern || named.startsWith(`${pattern}/`);
}
