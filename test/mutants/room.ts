import { equivalents, isListed } from './equivalent';
import { type Change, madeIn } from './made/changes';
import { digestOf } from './made/sources';
import type { Measured } from './reach';
import type { OpenRecord, Tried } from './record';
import type { Suite } from './suite';
import { type Limits, stands, tryAll } from './trial';
import { openTypes } from './types';

/** All that it takes to try changes. */
export interface Trial {
  /** Of the files as they are tried: a lane's, since somebody may go on writing in the repository. */
  readonly root: string;
  /** Texts by path. */
  readonly programs: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<Change, string>;
  readonly suites: readonly Suite[];
  readonly measured: ReadonlyMap<string, Measured>;
  readonly limits: Limits;
  /** Digest of all that the verdict on a change may depend on. */
  readonly all: string;
  readonly record: OpenRecord;
}

/**
 * Tries changes of a room: with tests, and what no test notices with the compiler.
 * @param again those, too, that are known from before
 */
export async function tryRoom(
  trial: Trial,
  room: string,
  changes: readonly Change[],
  again: boolean,
): Promise<readonly Tried[]> {
  const { root, names, suites, measured, limits, all, record } = trial;
  const verdicts = record.kept.verdicts;
  const nameOf = (change: Change) => names.get(change) ?? '';
  const due = changes.filter((change) => {
    const before = verdicts[nameOf(change)];
    const known = before !== undefined && !again && stands(before, change, root, all);
    return !known && !isListed(change, equivalents);
  });
  let count = 0;
  await tryAll(suites, root, due, measured, limits, all, (change, verdict) => {
    verdicts[nameOf(change)] = verdict;
    record.save();
    if (++count % 25 === 0) console.log(`  ${room}: ${count} of ${due.length}`);
  });
  askCompiler(trial, changes);
  record.save(true);
  return changes.map((change) => {
    const verdict = isListed(change, equivalents) ? undefined : verdicts[nameOf(change)];
    return { change, name: nameOf(change), ...(verdict && { verdict }) };
  });
}

/** What does not compile is noticed, too: `npm test` begins with the types. */
function askCompiler({ root, programs, names, record: { kept } }: Trial, changes: readonly Change[]): void {
  const types = openTypes(root);
  for (const change of changes) {
    const name = names.get(change) ?? '';
    const verdict = kept.verdicts[name];
    if (verdict?.noticed !== false || isListed(change, equivalents)) continue;
    if (types.isRight(change.file, madeIn(programs.get(change.file) ?? '', change))) continue;
    kept.verdicts[name] = { ...verdict, noticed: true, by: 'types', restsOn: digestOf(root, [change.file]) };
  }
}
