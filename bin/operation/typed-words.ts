import { MirrorError } from '../../lib/errors';
import { parseDuration } from '../../lib/job/operations/duration';
import type { ScopeOptions } from './operation-command';

/** The products that `--arch` and `--flavour` name. */
export function scopeOf({ arch, kernel }: ScopeOptions): { architectures?: string[]; flavours?: string[] } {
  const [architectures, flavours] = [listOf(arch), listOf(kernel)];
  return { ...(architectures && { architectures }), ...(flavours && { flavours }) };
}

/** A list with commas. */
export function listOf(text: string | undefined): string[] | undefined {
  return text === undefined ? undefined : text.split(',').map((word) => word.trim());
}

/**
 * The time that `--until` names, ISO 8601 in UTC: a day (`2026-11-30`, its beginning), a time (`2026-11-30T08:00Z`), or a
 * duration from now (`+3d`), to the minute.
 * @param plan id of the plan that is carried out: a duration counts from its time, so that it means the same again
 * @throws BadInput (misuse)
 */
export function untilOf(text: string, now: Date, plan?: string): string {
  if (text.startsWith('+')) {
    const from = Math.floor((timeOfPlan(plan) ?? now).getTime() / 60_000) * 60_000;
    return timeText(new Date(from + parseDuration(text.slice(1))));
  }
  const shaped = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const [time, day] = [new Date(shaped ? text : ''), text.slice(0, 10)];
  // JavaScript takes 31 November for 1 December.
  const isDay = shaped && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  if (isDay && !Number.isNaN(time.getTime())) return timeText(time);
  throw new MirrorError('BadInput', `--until ${JSON.stringify(text)}: not a day, a time or a duration`, {
    hint: 'give a day such as 2026-11-30, a time such as 2026-11-30T08:00Z, or a duration such as +3d',
    misuse: true,
  });
}

const timeText = (time: Date) => time.toISOString().replace(/\.\d{3}Z$/, 'Z');

/** `20261130T101500Z-…` */
function timeOfPlan(plan = ''): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(plan) ?? [];
  return year === undefined ? undefined : new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * The number that `--last` gives.
 * @param what it counts, in the hint: `executions`
 * @throws BadInput (misuse)
 */
export function countOf(text: string, { most, what }: { readonly most: number; readonly what: string }): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new MirrorError('BadInput', `--last ${JSON.stringify(text)}: not a number from 1 to ${most}`, {
    hint: `give the number of ${what} to show, such as --last 10`,
    misuse: true,
  });
}
