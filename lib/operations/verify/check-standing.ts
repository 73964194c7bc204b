import { MirrorError } from '../../errors';
import { DirectoryStore } from '../../store/directory/directory';
import { bothWays } from '../../store/directory/directory-refusals';
import type { Standing } from '../../store/directory/generations';
import type { Store } from '../../store/store';
import type { Problem } from './problem';

/** How mutable objects stood when they were looked at, by key; none where a store has no such state. */
export type Standings = ReadonlyMap<string, string>;

/** What the next publication would find of these objects: whether it may go on from them. Changes nothing. */
export async function standingsOf(store: Store, keys: readonly string[]): Promise<Standings> {
  const standings = new Map<string, string>();
  if (!(store instanceof DirectoryStore)) return standings;
  for (const key of keys) standings.set(key, await standingOf(store, key));
  return standings;
}

/**
 * Tells what looks half-done, restored or foreign to the tool that publishes. What was otherwise a moment before is a
 * publication that is under way, and no problem.
 * @param told objects that have a problem already, which says more
 */
export function checkStandings(before: Standings, now: Standings, told: ReadonlySet<string>): Problem[] {
  return [...now].flatMap(([object, seen]) => {
    if (before.get(object) !== seen) return [];
    const rule = rules.find((one) => seen.startsWith(one));
    if (rule === undefined || (told.has(object) && rule !== 'restored')) return [];
    return [{ object, rule, message: messages[rule](object, seen) }];
  });
}

/**
 * The same problems; one of an index that looks restored says what publications make of it, which a directory decides by
 * how the index stands, and a bucket does not.
 */
export function withProspects(problems: readonly Problem[], standings: Standings): Problem[] {
  return problems.map((problem) => {
    if (problem.rule !== 'ahead') return problem;
    return { ...problem, message: `${problem.message}; ${prospectsOf(standings.get(problem.object))}` };
  });
}

function prospectsOf(standing: string | undefined): string {
  if (standing === undefined) {
    return 'in a bucket, the next publication goes on from it and writes index.json again; of a folder, verify says there what to decide';
  }
  if (standing.startsWith('settled')) {
    return 'if that was intended, the next publication goes on from it and writes index.json again';
  }
  return 'the next publication does not go on from it as it is';
}

const rules = ['unfinished', 'restored', 'foreign', 'damaged'] as const;

const messages: Record<(typeof rules)[number], (object: string, seen: string) => string> = {
  unfinished: () =>
    'a publication was interrupted: a newer version was written and did not become visible; the next publication finishes it',
  restored: (object) =>
    `it is older than what this tool wrote last: it looks restored from a backup. Nothing is published on top of it until you decide: ${bothWays(object)}`,
  foreign: (object) =>
    `this tool did not write it. Nothing is published on top of it until you decide: ${bothWays(object)}`,
  damaged: (_, seen) => seen.replace(/^damaged /, ''),
};

async function standingOf(store: DirectoryStore, key: string): Promise<string> {
  try {
    const { standing, number } = await store.standing(key);
    return `${standing satisfies Standing} ${number}`;
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'ChecksumMismatch') throw error;
    return `damaged ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`;
  }
}
