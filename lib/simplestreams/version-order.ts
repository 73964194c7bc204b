/** Whether a reader takes `a` for newer than `b`: names sort as byte strings, so `20260101.2` is above `20260101.10`. */
export function sortsAbove(a: string, b: string): boolean {
  return byBytes(a, b) > 0;
}

/** Compares as Python's readers do, by code points; JavaScript's own order compares UTF-16 units. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
