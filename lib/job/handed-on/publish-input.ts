import { z } from 'zod';
import { checked, handedOnHint } from '../checked';
import { jobStrings } from '../plan';
import { BuiltBootloaders } from './bootloaders';
import { Fetched, handedOn, KernelResult, Prepared, Root, Selected } from './results';

/** Input of Select, once for each architecture. */
export const SelectInput = z.strictObject({
  job: jobStrings,
  kernels: z.array(z.strictObject({ kernel: z.string(), need: z.enum(['required', 'optional']) })),
  fetched: handedOn(Fetched),
  /** Without a result, the base is published unchanged. */
  root: handedOn(Root.optional()),
  prepared: handedOn(Prepared),
});
export type SelectInput = z.infer<typeof SelectInput>;

/** Input of Select for a flavour that is kept. */
export const KeepInput = z.strictObject({ keep: z.strictObject({ job: jobStrings, kernel: z.string() }) });
export type KeepInput = z.infer<typeof KeepInput>;

/** Input of Publish, once for each architecture. */
export const PublishInput = z.strictObject({
  job: jobStrings,
  fetched: handedOn(Fetched),
  /** Without a result, the base is published unchanged. */
  root: handedOn(Root.optional()),
  prepared: handedOn(Prepared),
  selected: Selected,
  kernels: z.array(KernelResult),
});
export type PublishInput = z.infer<typeof PublishInput>;

/** Input of Publish in an execution for bootloaders. */
export const PublishLoadersInput = z.strictObject({
  bootloaders: z.strictObject({ job: jobStrings, built: handedOn(BuiltBootloaders) }),
});
export type PublishLoadersInput = z.infer<typeof PublishLoadersInput>;

/** @throws BadInput (misuse) naming the field */
export const selectInputOf = (event: unknown): SelectInput =>
  checked(SelectInput, event, 'the input of Select', handedOnHint);

/** @throws BadInput (misuse) naming the field */
export const keepInputOf = (event: unknown): KeepInput =>
  checked(KeepInput, event, 'the input of Select', handedOnHint);

/** @throws BadInput (misuse) naming the field */
export const publishLoadersInputOf = (event: unknown): PublishLoadersInput =>
  checked(PublishLoadersInput, event, 'the input of Publish', handedOnHint);

/** @throws BadInput (misuse) naming the field */
export const publishInputOf = (event: unknown): PublishInput =>
  checked(PublishInput, event, 'the input of Publish', handedOnHint);
