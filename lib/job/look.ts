import { z } from 'zod';
import { checked } from './checked';
import { Order } from './order';

/** What the schedule gives to Look. */
export const LookInput = z.strictObject({
  order: Order,
  /** When it was due, to the second: a call that is repeated has the same. */
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});
export type LookInput = z.infer<typeof LookInput>;

/** @throws BadInput (misuse) naming the field */
export const lookInputOf = (event: unknown): LookInput => checked(LookInput, event, 'the input of Look');
