import { z } from 'zod';
import { BuildRequest } from '../build-request';
import { checked } from '../checked';

/** Input of CheckForUpdates, from the schedule. */
export const CheckForUpdatesInput = z.strictObject({
  request: BuildRequest,
  /** When it was due, to the second: a retried call has the same time. */
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});
export type CheckForUpdatesInput = z.infer<typeof CheckForUpdatesInput>;

/** @throws BadInput (misuse) naming the field */
export const checkForUpdatesInputOf = (event: unknown): CheckForUpdatesInput =>
  checked(CheckForUpdatesInput, event, 'the input of CheckForUpdates');

/**
 * A mirror keeps up if an execution that began within this time, in milliseconds, succeeded. Ubuntu has updates nearly every
 * day: the last build of a healthy daily mirror began 24 hours ago, plus up to 30 minutes of the schedule's flexible window;
 * the rest allows for retries.
 */
const keptUp = 30 * 3_600_000;

/** The mirror keeps up if an execution that began at this time or later succeeded. */
export const keptUpSince = ({ at }: Pick<CheckForUpdatesInput, 'at'>): Date => new Date(at.getTime() - keptUp);
