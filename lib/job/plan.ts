import { z } from 'zod';
import { checkArchitecture } from '../catalog/kernels';
import { MirrorError } from '../errors';
import { checked } from './checked';
import { jobVariables, stringsOf } from './environment';
import type { Job } from './job';
import { kernelChoices } from './kernel-choice';
import { Order } from './order';
import { Fetched, KernelResult } from './results';

const jobStrings = z.strictObject(
  Object.fromEntries(Object.keys(jobVariables).map((field) => [field, z.string()])) as Record<keyof Job, z.ZodString>,
);

/** What the state machine gives to Plan. */
export const PlanInput = z.strictObject({ order: Order, execution: z.string().min(1) });
export type PlanInput = z.infer<typeof PlanInput>;

/** What Plan makes of an order, and what the rest of the state machine goes by. */
export const Plan = z.strictObject({
  execution: z.string().min(1),
  release: z.string(),
  view: z.string(),
  /** Whether there is anything to build. */
  news: z.boolean(),
  /** Why, and which flavours are left out where. */
  reason: z.string(),
  architectures: z.array(
    z.strictObject({
      architecture: z.string(),
      /** Whether the image goes through the upgrade stage. */
      customised: z.boolean(),
      /** The job of the stages that all flavours share: `kernel` is empty. */
      job: jobStrings,
      kernels: z.array(z.strictObject({ kernel: z.string(), need: z.enum(['required', 'optional']) })).min(1),
    }),
  ),
});
export type Plan = z.infer<typeof Plan>;

/** What the state machine gives to Publish, once for each architecture. */
export const PublishInput = z.strictObject({
  execution: z.string().min(1),
  job: jobStrings,
  fetched: Fetched,
  kernels: z.array(KernelResult),
});
export type PublishInput = z.infer<typeof PublishInput>;

/** @throws BadInput (misuse) naming the field, of the order too */
export const planInputOf = (event: unknown): PlanInput => checked(PlanInput, event, 'the input of Plan');

/** @throws BadInput (misuse) naming the field */
export const publishInputOf = (event: unknown): PublishInput => checked(PublishInput, event, 'the input of Publish');

/**
 * What an order means by the catalogue alone. That it is news, and that what the sources offer (`inputs`) is not known,
 * is for the Plan step to correct, which looks at both.
 * @throws UnknownRelease, UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse)
 */
export function planOf(order: Order, execution: string): Plan {
  for (const architecture of order.architectures) checkArchitecture(order.release, architecture);
  refuseUnsupported(order);
  const choices = kernelChoices(order);
  const notes = choices.flatMap(({ architecture, leftOut }) =>
    leftOut.map((kernel) => `${architecture} has no ${kernel}, left out`),
  );
  return {
    execution,
    release: order.release,
    view: order.view,
    news: true,
    reason: [order.rebuild ? 'a rebuild was ordered' : 'ordered', ...notes].join('; '),
    architectures: choices
      .filter(({ kernels }) => kernels.length > 0)
      .map(({ architecture, kernels }) => ({
        architecture,
        customised: false,
        job: stringsOf(jobFor(order, execution, architecture)),
        kernels: [...kernels],
      })),
  };
}

function refuseUnsupported({ customise, base, architectures }: Order): void {
  if (customise !== undefined) {
    throw new MirrorError('NotSupported', `the order has customise: ${JSON.stringify(customise)}`, {
      hint: 'customised images come with a later version; order a plain one',
      misuse: true,
    });
  }
  if (base !== '' && new Set(architectures).size > 1) {
    throw new MirrorError('BadInput', `the base ${base} is ordered for ${architectures.join(', ')}`, {
      hint: 'a squashfs is of one architecture: order that one',
      misuse: true,
    });
  }
}

function jobFor({ release, view, sources, base, rebuild }: Order, execution: string, architecture: string): Job {
  return { execution, release, architecture, view, kernel: '', sources, base, inputs: '', recipe: '', rebuild };
}
