import { z } from 'zod';
import { checked } from '../checked';
import { ViewSetting } from './view-settings';

/** Input of Promote, from the schedule. */
const ScheduledViews = z.strictObject({
  views: z.array(ViewSetting),
  /** When it was due, to the second. */
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});
export type ScheduledViews = z.infer<typeof ScheduledViews>;

/** @throws BadInput (misuse) naming the field */
export const scheduledViewsOf = (event: unknown): ScheduledViews =>
  checked(ScheduledViews, event, 'the input of Promote');
