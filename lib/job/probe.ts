import { z } from 'zod';
import { checked } from './checked';

/** What one probe of a build machine found. */
const Probe = z.strictObject({
  /** `overlay`, `loop`, `qemu`, … */
  name: z.string(),
  ok: z.boolean(),
  /** What was seen, in words. */
  evidence: z.string(),
});
export type Probe = z.infer<typeof Probe>;

/** What the probe stage hands on: whether a build machine can do what the stages need. */
export const Probed = z.strictObject({ probes: z.array(Probe).min(1) });
export type Probed = z.infer<typeof Probed>;

/** @throws BadInput (misuse) naming the field */
export const probedOf = (value: unknown): Probed => checked(Probed, value, 'the result of the probe stage');
