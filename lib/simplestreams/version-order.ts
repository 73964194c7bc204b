/** Whether readers consider `a` newer than `b`: names sort as byte strings, so `20260101.2` is above `20260101.10`. */
export function sortsAbove(a: string, b: string): boolean {
  return byBytes(a, b) > 0;
}

/** Compares code points, as Python readers do; JavaScript compares UTF-16 units. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
