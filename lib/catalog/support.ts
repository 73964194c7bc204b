import type { Release } from './releases';

/** Whether a release still gets fixes: from standard support, from extended support (Ubuntu Pro), or none. */
export type Support = 'standard' | 'extended' | 'ended';

/** The support of a release on a day. The end dates are the last supported days. */
export function supportAt({ supportEol, supportEsmEol }: Dates, now: Date): Support {
  const today = now.toISOString().slice(0, 10);
  if (today <= supportEol) return 'standard';
  return today <= supportEsmEol ? 'extended' : 'ended';
}

/** Completes "support …" for a release past its standard support: `ended on 2026-07-09`. Otherwise undefined. */
export function supportMark(release: Dates, now: Date): string | undefined {
  const support = supportAt(release, now);
  if (support === 'standard') return undefined;
  return support === 'extended'
    ? `ended on ${release.supportEol}, extended support ends on ${release.supportEsmEol}`
    : `ended on ${release.supportEsmEol}`;
}

type Dates = Pick<Release, 'supportEol' | 'supportEsmEol'>;
