import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { doors, house } from './walls/rooms';

const root = join(__dirname, '../..');

/** A folder and what is at the top of a file in it. */
type Top = readonly [folder: string, head: string];

/** What the table says, as a file says it: `machine/apt: apt in a tree: sources, ….` in a comment of one line. */
const fromTable: readonly Top[] = [
  ...Object.entries(house).map(([room, table]) => [`lib/${room}`, table] as const),
  ['bin', doors] as const,
].flatMap(([room, { purpose, alcoves = {} }]) => [
  topOf(room, purpose),
  ...Object.entries(alcoves).map(([alcove, { holds }]) => topOf(`${room}/${alcove}`, holds)),
]);

function topOf(folder: string, sentence: string): Top {
  return [folder, `/* ${folder.replace('lib/', '')}: ${sentence}. */`];
}

/** Files that begin with a comment that is no docstring; `#!` may stand before it. */
function topsIn(folder: string): Top[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .flatMap(({ parentPath, name }) => {
      const [first = '', second = ''] = readFileSync(join(parentPath, name), 'utf8').split('\n');
      const head = first.startsWith('#!') ? second : first;
      return /^\/(\/|\*(?!\*))/.test(head) ? [[relative(root, parentPath), head] as const] : [];
    });
}

it('says what each room and alcove is for, at the top of one of its files and in the words of the table', () => {
  expect([...topsIn('lib'), ...topsIn('bin')].sort()).toEqual([...fromTable].sort());
});
