import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Change } from './made/changes';
import type { Measured } from './reach';

/** What became of a change. */
export interface Verdict {
  readonly noticed: boolean;
  /** The test file that noticed it, or `types`. */
  readonly by?: string;
  /** That test did not come to its end, twice. */
  readonly late?: true;
  /** Test files that reach it. */
  readonly reached: number;
  /** Of these, those for which there was no time. */
  readonly leftOut: number;
  /** Digest of what the verdict rests on; another one, and the change is tried again. */
  readonly restsOn: string;
}

/** What one test file was seen to reach in a certain state of programs and fixtures. */
export interface Seen extends Partial<Measured> {
  /** Digest of the programs, the fixtures and the test file. */
  readonly state: string;
  /** Why it is tried with no change: it is slow, or fails in a lane. */
  readonly leftOut?: string;
}

/** Kept in a file, so that a run that was interrupted goes on where it was. */
export interface Kept {
  readonly tests: Record<string, Seen>;
  readonly verdicts: Record<string, Verdict>;
}

export interface OpenRecord {
  readonly kept: Kept;
  /** Writes it now and then; with `true` now. */
  save(now?: boolean): void;
}

/** @param fresh forget what was found out before */
export function openRecord(file: string, fresh: boolean): OpenRecord {
  const kept: Kept = fresh || !existsSync(file) ? { tests: {}, verdicts: {} } : JSON.parse(readFileSync(file, 'utf8'));
  let last = 0;
  return {
    kept,
    save(now = false) {
      if (!now && Date.now() - last < 10_000) return;
      last = Date.now();
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(kept));
      renameSync(`${file}.new`, file);
    },
  };
}

/** What the count of a room is made of. */
export interface Tried {
  readonly change: Change;
  readonly name: string;
  /** @default - it is listed as equivalent */
  readonly verdict?: Verdict;
}
