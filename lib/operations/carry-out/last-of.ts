import type { Followed } from '../../job/operations/outcome';

/** What came of each view last, and whether it was updated at any time. */
export function lastOf(followed: readonly Followed[]): Followed[] {
  const last = new Map<string, Followed>();
  for (const one of followed) last.set(one.view, { ...one, moved: one.moved || (last.get(one.view)?.moved ?? false) });
  return [...last.values()];
}
