import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A test file, as far as it decides when it runs. */
export interface Waiting {
  /** Path below the repository. */
  readonly path: string;
  /** Groups run one after the other, the lowest first. */
  readonly group: number;
  /** Of the last run, in milliseconds; undefined for a file that has not run here. */
  readonly lasted: number | undefined;
  readonly bytes: number;
  /** Runs in one process with others of its kind, which vitest keeps only while one follows the other. */
  readonly shared: boolean;
}

/**
 * Runs the longest files first: a long one that is started last leaves the other worker without work until it ends.
 * How long a file lasted is in vitest's cache, below .cache/; a fresh clone guesses.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const waiting = files.map((file) => ({ file, ...this.waiting(file) }));
    return waiting.sort(byLength).map(({ file }) => file);
  }

  private waiting(file: TestSpecification): Waiting {
    return {
      path: relative(file.project.config.root, file.moduleId),
      group: file.project.config.sequence.groupOrder,
      lasted: this.ctx.cache.getTestSpecificationResult(file)?.duration,
      bytes: statSync(file.moduleId).size,
      shared: !file.project.config.isolate,
    };
  }
}

/** Compares for sorting; files of equal length by their path, so that the order does not depend on the disk. */
export function byLength(one: Waiting, other: Waiting): number {
  return (
    one.group - other.group ||
    Number(one.shared) - Number(other.shared) ||
    milliseconds(other) - milliseconds(one) ||
    (one.path < other.path ? -1 : 1)
  );
}

/**
 * In this suite a byte of test lasts about a millisecond, except in test/build, where whole images are built, however short the
 * text that says so: a minute, or ten milliseconds for a byte. (12 minutes on three workers for 2.3 MB.)
 */
function milliseconds({ lasted, bytes, path }: Waiting): number {
  return lasted ?? (path.startsWith('test/build/') ? Math.max(60_000, 10 * bytes) : bytes);
}
