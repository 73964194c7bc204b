import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ICruiseResult } from 'dependency-cruiser';
import { doors, house } from './rooms';

const file = 'CONTRIBUTING.md';
const begins = '<!-- made by `npm run house` -->\n';
const ends = '<!-- end of what is made -->\n';

/** The house as CONTRIBUTING shows it: what each room and alcove is for, and a picture of what imports what. */
export async function picture(root: string): Promise<string> {
  return [
    ...Object.entries(house).flatMap(([room, { purpose, alcoves = {} }]) => lines(`lib/${room}`, purpose, alcoves)),
    ...lines('bin', doors.purpose, doors.alcoves ?? {}),
    '',
    '```mermaid',
    await drawn(root),
    '```',
    '',
  ].join('\n');
}

/** Text of CONTRIBUTING with the picture in its place. */
export function withPicture(text: string, made: string): string {
  const [before, rest] = text.split(begins);
  const after = rest?.split(ends)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has no place for the picture: ${begins}`);
  return `${before}${begins}\n${made}\n${ends}${after}`;
}

function lines(room: string, purpose: string, alcoves: Readonly<Record<string, { holds: string }>>): string[] {
  return [
    `* \`${room}/\`: ${purpose}`,
    ...Object.entries(alcoves).map(([alcove, { holds }]) => `  * \`${alcove}/\`: ${holds}`),
  ];
}

/** Rooms as boxes, imports between them as arrows. lib/errors.ts, which all import, and lib/index.ts are left out. */
async function drawn(root: string): Promise<string> {
  const { cruise } = await import('dependency-cruiser'); // has no CommonJS
  const rooms = '^(lib/[^/]+|bin)/';
  const { output } = await cruise(['lib', 'bin'], {
    ...{ baseDir: root, tsPreCompilationDeps: true, includeOnly: rooms, collapse: rooms },
  });
  const arrows = (output as ICruiseResult).modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => `  ${nameOf(source)} --> ${nameOf(resolved)}`),
  );
  return ['flowchart TB', ...arrows.sort()].join('\n');
}

const nameOf = (room: string) => room.replace(/^lib\//, '').replace(/\/$/, '');

async function write(root: string): Promise<void> {
  const made = await picture(root);
  const path = join(root, file);
  writeFileSync(path, withPicture(readFileSync(path, 'utf8'), made));
}

if (require.main === module) void write(join(__dirname, '../../../..'));
