import { builtinModules } from 'node:module';
import type { IReachabilityForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser';
import { fileAccess, treeAlcove } from './file-access';
import { doors, ground, house, type Room, top } from './rooms';

type Rule = IRegularForbiddenRuleType;

/** Only lib/machine starts processes, whatever else a room may import. */
const processStarters = ['node:child_process', 'node:cluster', 'execa'];

const ours = '^(lib|bin|bench|test)/';

const groundPattern = `^lib/(${ground.join('|')})\\.ts$`;

/** The walls of the house as dependency-cruiser checks them; the comment of a rule ends a sentence that begins with a file and its import. */
export function walls(): Rule[] {
  return [
    rule('circle', {}, { circular: true }, 'in a circle'),
    rule(
      'unknown-room',
      { path: `^lib/(?!(${Object.keys(house).join('|')})/)[^/]+/` },
      {},
      'only rooms of the house may',
    ),
    rule('face', { path: '^lib/index\\.ts$' }, outside(['^lib/mirror/']), 'the public face shows mirror only'),
    rule(
      'ground',
      { path: groundPattern },
      { pathNot: [packagePattern('node:crypto')] },
      'a file that every room may import stands without others',
    ),
    ...Object.keys(house).flatMap((room) => [...ofRoom(room), ...ofPackages(room)]),
    ...Object.entries(house).flatMap(([room, table]) => ofAlcoves(room, `^lib/${room}/`, table)),
    ...ofAlcoves('bin', '^bin/', doors),
    rule(
      'processes',
      { path: '^lib/(?!machine/)' },
      { path: processStarters.map(packagePattern) },
      'only machine starts processes',
    ),
    ...ofFiles(),
  ];
}

/**
 * What holds of imports that are there at run time, types aside. An app that installs the constructs gets no other package
 * than the peers: what needs zod and yaml is in lib/job/checks.ts, which lib/mirror loads made into one file.
 */
export function runtimeWalls(): IReachabilityForbiddenRuleType[] {
  const peers = ['aws-cdk-lib', 'constructs', 'node:*'].map(packagePattern);
  return [
    {
      name: 'baggage',
      severity: 'error',
      from: { path: '^lib/(mirror/|index\\.ts$)' },
      to: { pathNot: [ours, '^\\.', ...peers], reachable: true },
      comment: 'which apps that install the constructs do not have: go through lib/mirror/checks.ts',
    },
  ];
}

function ofRoom(name: string): Rule[] {
  const rooms = [name, ...(house[name]?.rooms ?? [])];
  const allowed = rooms.map((room) => `^lib/${room}/`);
  return [
    rule(`room-${name}`, { path: `^lib/${name}/` }, outside([groundPattern, ...allowed]), `which ${name} may not`),
  ];
}

/** Packages and builtins: some for all files of the room, some for a few. */
function ofPackages(name: string): Rule[] {
  const { packages, special = {} } = house[name] ?? { packages: [] };
  const room = `^lib/${name}/`;
  const known = [...packages, ...Object.keys(special)].map(packagePattern);
  return [
    rule(`packages-${name}`, { path: room }, { pathNot: [ours, '^\\.', ...known] }, `which ${name} may not`),
    ...Object.entries(special).map(([one, files]) =>
      rule(
        `package-${name}-${one}`,
        { path: room, pathNot: files.map((file) => `${room}${file}`) },
        { path: packagePattern(one) },
        `which ${name} may not, except ${files.join(', ')}`,
      ),
    ),
  ];
}

function ofAlcoves(name: string, room: string, { alcoves = {}, top: above }: Pick<Room, 'top' | 'alcoves'>): Rule[] {
  const folder = (alcove: string) => (alcove === top ? `${room}[^/]+$` : `${room}${alcove}/${own(alcove, alcoves)}`);
  const all = { ...alcoves, [top]: { imports: above ?? Object.keys(alcoves) } };
  return [
    rule(
      `alcoves-${name}`,
      { path: `${room}(?!(${Object.keys(alcoves).join('|') || '-'})/)[^/]+/` },
      {},
      `only alcoves that rooms.ts names may import`,
    ),
    ...Object.entries(all).map(([alcove, { imports }]) =>
      rule(
        `alcove-${name}-${alcove.replace('/', '-')}`,
        { path: folder(alcove) },
        { path: room, pathNot: [alcove, ...imports].map(folder) },
        `which ${alcove === top ? `the top of ${name}` : `${name}/${alcove}`} may not`,
      ),
    ),
  ];
}

/** An alcove within an alcove is one of its own. */
function own(alcove: string, alcoves: object): string {
  const inner = Object.keys(alcoves).filter((other) => other.startsWith(`${alcove}/`));
  return inner.length > 0 ? `(?!(${inner.map((other) => other.slice(alcove.length + 1)).join('|')})/)` : '';
}

/** node:fs only where file-access.ts names it, and never in a file that is handed a foreign tree. */
function ofFiles(): Rule[] {
  const named = Object.keys(fileAccess).map(exactly);
  return [
    rule(
      'files',
      { path: '^lib/', pathNot: named },
      { path: packagePattern('node:fs*') },
      'only files that test/house/walls/file-access.ts names may',
    ),
    rule(
      'beside-inside',
      { path: named, pathNot: `^${treeAlcove}` },
      { path: `^${treeAlcove}` },
      'it imports node:fs and is handed trees',
    ),
  ];
}

const rule = (name: string, from: Rule['from'], to: Rule['to'], comment: string): Rule => ({
  name,
  severity: 'error',
  from,
  to,
  comment,
});

/** Our own files but for these. */
const outside = (allowed: readonly string[]) => ({ path: ours, pathNot: [...allowed] });

const exactly = (path: string) => `^${path.replaceAll('.', '\\.')}$`;

/** A package or builtin, whether it is found (its file) or not (its name): `node:*`, `zod`, `aws-cdk-lib/*`. */
function packagePattern(name: string): string {
  if (name === 'node:*') return `^(node:)?(${builtinModules.join('|')})(/|$)`;
  const plain = name.replace(/^node:/, '(node:)?').replace(/\*$/, '');
  return `^(node_modules/)?${plain}${name.endsWith('*') ? '' : '(/|$)'}`;
}
