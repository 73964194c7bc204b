import type { Release } from './releases';

/** Whether a release still gets fixes: from standard support, from extended support (of Ubuntu Pro), or none. */
export type Support = 'standard' | 'extended' | 'ended';

/** How a release is supported on a day. Both ends are the last day. */
export function supportAt({ supportEol, supportEsmEol }: Dates, now: Date): Support {
  const today = now.toISOString().slice(0, 10);
  if (today <= supportEol) return 'standard';
  return today <= supportEsmEol ? 'extended' : 'ended';
}

/** How support has ended, after the word support, or undefined where it has not: `ended on 2026-07-09`. */
export function supportMark(release: Dates, now: Date): string | undefined {
  const support = supportAt(release, now);
  if (support === 'standard') return undefined;
  return support === 'extended'
    ? `ended on ${release.supportEol}, extended support ends on ${release.supportEsmEol}`
    : `ended on ${release.supportEsmEol}`;
}

type Dates = Pick<Release, 'supportEol' | 'supportEsmEol'>;
