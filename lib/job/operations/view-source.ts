import { z } from 'zod';
import { architectureWord } from '../build-request';
import { durationFault } from './duration';

/** A view, also a frozen one: `stable`, `snapshots/2026-11`. */
export const anyView = z
  .string()
  .regex(
    /^(?:snapshots\/[a-zA-Z0-9][a-zA-Z0-9._-]*|[a-z0-9][a-z0-9-]*)$/,
    'must be a view, such as stable or snapshots/2026-11',
  );

/** As people write it: `noble`, `24.04`, `24.04 LTS`, `Noble Numbat`, `bootloaders`; plans find the products. */
export const anyRelease = z.string().regex(/^[A-Za-z0-9][\w.() -]{0,99}$/, 'must be a release, such as noble or 24.04');

/** `ga`, or MAAS's name of it, `ga-24.04`. */
export const anyFlavour = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be a kernel flavour, such as ga or hwe-24.04');

/** Name of a check, such as a lab's: `hw-lab`. */
export const checkName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'must be lower-case letters, digits, dots and dashes');

export const duration = z
  .string()
  .refine((text) => durationFault(text) === undefined, 'must be a duration, such as 3d or 12h');

/** A promotion that the timer or scheduler repeats. */
export const Promotion = z.strictObject({
  from: anyView.describe('View whose versions are promoted'),
  after: duration
    .optional()
    .describe('How long a version must have been published there: 3d, 12h, …; default: not at all'),
  require: z.array(checkName).default([]).describe('Checks that a version must have passed: hw-lab, …; default: none'),
});

/** A part of a selected view, as the operator wants it; see `SelectedPart` of the view's state. */
export const SelectedPart = z.strictObject({
  releases: z.array(anyRelease).min(1).optional().describe('Releases, or bootloaders; default: all'),
  architectures: z.array(architectureWord).min(1).optional().describe('dpkg architectures; default: all'),
  flavours: z.array(anyFlavour).min(1).optional().describe('Kernel flavours: ga, hwe-24.04, …; default: all'),
  from: anyView.describe('View that has them'),
});

/** Where a view gets its versions; neither: it is promoted by hand. */
export const viewSource = {
  promote: Promotion.optional(),
  /** One part without a filter: a site view, which follows `from`. */
  select: z.array(SelectedPart).min(1).optional(),
  /** Digest of the part of mirror.yaml that asks for it. @default - an operator does */
  configured: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
};
