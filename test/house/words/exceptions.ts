/** A line in which a listed word is the right one. */
export interface Exception {
  readonly file: string;
  /** Part of the line, enough to find it. */
  readonly line: string;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [];
