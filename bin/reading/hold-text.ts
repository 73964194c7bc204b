import { longHoldDays } from '../../lib/job/operations/long-hold';

/** The reminder of a hold that has lasted so many days without an end; nothing before it is long. */
export function longHoldText(days: number): string | undefined {
  if (days < longHoldDays) return undefined;
  return `held for ${days} days without an end: unhold it, or give it an end (hold --until)`;
}
