import { z } from 'zod';
import { BuildRequest } from '../build-request';
import { checked } from '../checked';

/** What the schedule gives to CheckForUpdates. */
export const CheckForUpdatesInput = z.strictObject({
  request: BuildRequest,
  /** When it was due, to the second: a call that is repeated has the same. */
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});
export type CheckForUpdatesInput = z.infer<typeof CheckForUpdatesInput>;

/** @throws BadInput (misuse) naming the field */
export const checkForUpdatesInputOf = (event: unknown): CheckForUpdatesInput =>
  checked(CheckForUpdatesInput, event, 'the input of CheckForUpdates');

/**
 * How long an execution that succeeded shows that a mirror keeps up, in milliseconds before a look. Ubuntu has news nearly
 * every day: a healthy daily mirror built its last news 24 hours ago, and up to 30 minutes of the schedule's flexible
 * window; the rest is for looks that had to be repeated.
 */
const keptUp = 30 * 3_600_000;

/** When an execution must have begun, at the earliest, whose success shows that the mirror keeps up. */
export const keptUpSince = ({ at }: Pick<CheckForUpdatesInput, 'at'>): Date => new Date(at.getTime() - keptUp);
