/** Runs of lines that may be in two places. */
export interface Exception {
  /** Both files; a file with itself where both places are in it. */
  readonly files: readonly [string, string];
  /** The first line of the run in one of them, with single spaces and without comments. */
  readonly line: string;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [];
