import type { OperationRequest } from '../../job/operations/operation';
import { sha256Of } from '../../sha256';
import { writeJson } from '../../simplestreams/json';
import type { PlannedView } from '../plans/planned';

/**
 * Names a plan: `20261130T101500Z-1f2e3d4c5b6a7988`, its time and a digest of what was asked for and what it does. Who asks,
 * and why, do not count.
 */
export function planIdOf(at: Date, asked: OperationRequest, views: readonly PlannedView[]): string {
  const lines = views.map(({ view, lines }) => ({ view, lines }));
  const digest = sha256Of(writeJson({ asked, views: lines })).slice(0, 16);
  return `${at
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
    .replaceAll(/[-:]/g, '')}-${digest}`;
}

/** The time of a plan, from its id: names are made from it, so that the names are those that were shown. */
export function timeOfPlan(id: string): Date {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  return new Date(Date.UTC(year, month - 1, ...rest));
}

/** The time of a plan that is made now, in whole seconds, as ids have it. */
export function planTime(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 1000) * 1000);
}
