import { MirrorError } from '../../errors';
import { mirror } from '../../job/layout';
import { isPutBack } from '../../publication/published-last';
import { readIndex } from '../../publication/read-index';
import { isOfView } from '../../publication/withdrawn-everywhere';
import { DirectoryStore } from '../../store/directory/directory';
import { bothWays, viewOfIndex } from '../../store/directory/directory-refusals';
import type { Standing } from '../../store/directory/generations';
import type { Store } from '../../store/store';
import { whyIndex } from './check-index';
import { missing, type Problem } from './problem';

/** The state of mutable objects when they were checked, by key; empty for stores without such a state. */
export type Standings = ReadonlyMap<string, string>;

/** Whether the next publication may continue from these objects. Changes nothing. */
export async function standingsOf(store: Store, keys: readonly string[]): Promise<Standings> {
  const standings = new Map<string, string>();
  if (!(store instanceof DirectoryStore)) return standings;
  for (const key of keys) standings.set(key, await standingOf(store, key));
  return standings;
}

/**
 * Reports objects that look unfinished, restored or foreign to the tool that publishes. An object that has just changed
 * belongs to a publication in progress, which is not a problem.
 * @param told objects with a problem that says more
 */
export function checkStandings(before: Standings, now: Standings, told: ReadonlySet<string>): Problem[] {
  return [...now].flatMap(([object, seen]) => {
    if (before.get(object) !== seen) return [];
    const rule = rules.find((one) => seen.startsWith(one));
    if (rule === undefined || (told.has(object) && rule !== 'restored')) return [];
    if (rule === 'missing' && !isTombstone(object) && !isMissingAlone(object, told)) return [];
    return [{ object, rule, message: messages[rule](object, seen) }];
  });
}

/** The keyring is told elsewhere, and so is a view that has lost more than its index, as a buried one. */
function isMissingAlone(object: string, told: ReadonlySet<string>): boolean {
  const view = viewOfIndex(object);
  return view !== undefined && !told.has(mirror.tombstone(view));
}

/** Reports indexes of deleted views that were put back by hand. What cannot be read of a view is reported by other checks. */
export async function checkPutBack(store: Store, views: readonly string[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const view of views) if (await isVisiblyPutBack(view, store)) problems.push(putBackProblem(view));
  return problems;
}

async function isVisiblyPutBack(view: string, store: Store): Promise<boolean> {
  try {
    return await isPutBack(await readIndex(view, { mirror: store }), { mirror: store });
  } catch (error) {
    if (isOfView(error)) return false;
    throw error;
  }
}

function putBackProblem(view: string): Problem {
  const message = `${view} was deleted, and this index was put back by hand; what was withdrawn there still applies, and nothing is published to the view; to remove the index again, run: maas-mirror repair ${view}`;
  return { object: mirror.index(view), rule: 'put-back', message };
}

/**
 * The same problems. For an index that looks restored, the message says what the next publication does; for a missing one, what
 * puts it back. In a directory that depends on the state of the index.
 */
export function withProspects(problems: readonly Problem[], standings: Standings): Problem[] {
  return problems.map((problem) => {
    const { object, rule, message } = problem;
    const standing = standings.get(object);
    if (rule === 'ahead') return { ...problem, message: `${message}; ${prospectsOf(standing)}` };
    const isKept = ['missing', 'unfinished'].some((one) => standing?.startsWith(one));
    return rule === 'missing' && isKept ? { ...problem, message: `${message}${putBack(object)}` } : problem;
  });
}

/** How an index comes back that the directory remembers. */
function putBack(object: string): string {
  const view = viewOfIndex(object);
  return view === undefined ? '' : `; to put back what was published last, run: maas-mirror repair ${view}`;
}

function prospectsOf(standing: string | undefined): string {
  if (standing === undefined) {
    return 'the next publication refuses to continue from it; `maas-mirror repair --dry-run`, on the folder or the bucket itself, shows how it can be kept';
  }
  if (standing.startsWith('settled')) {
    return 'if that was intended, the next publication continues from it and rewrites index.json';
  }
  return 'the next publication refuses to continue from it';
}

function isTombstone(object: string): boolean {
  return object.endsWith('/streams/v1/deleted.sjson');
}

const rules = ['unfinished', 'missing', 'restored', 'foreign', 'damaged'] as const;

const messages: Record<(typeof rules)[number], (object: string, seen: string) => string> = {
  unfinished: () =>
    'a newer version was written but is not visible: a publication was interrupted, or the file was removed; the next publication finishes it, or `maas-mirror repair`',
  missing: (object) =>
    isTombstone(object)
      ? `something removed it; what was withdrawn in the deleted view still applies here; to return to what was written last, run: maas-mirror repair ${object.slice(0, object.indexOf('/streams/'))}`
      : `${missing(object, whyIndex).message}${putBack(object)}`,
  restored: (object) =>
    `it is older than what this tool wrote last and looks restored from a backup. Nothing is published on top of it until you decide: ${bothWays(object, 'restored')}`,
  foreign: (object) =>
    `this tool did not write it. Nothing is published on top of it until you decide: ${bothWays(object, 'foreign')}`,
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
