import { z } from 'zod';

const word = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower-case letters, digits, dots and dashes');

/** One apt repository that a base is bootstrapped from or kernels come from. */
export const AptSource = z.strictObject({
  uri: z.string().regex(/^(https?|file):\/\/\S+$/, 'an http, https or file address'),
  suite: z.string().regex(/^[\w./-]+$/),
  components: z.array(word).min(1),
  /** Path of a binary keyring on the build machine. @default - the keyring of the release's own archive */
  keyring: z.string().optional(),
});
export type AptSource = z.infer<typeof AptSource>;

/** The input of one execution: what is ordered, for one release (design §5). Unknown fields are refused by name. */
export const Order = z.strictObject({
  release: word,
  architectures: z.array(word).min(1),
  kernels: z.strictObject({ required: z.array(word), optional: z.array(word).default([]) }).optional(),
  customise: z
    .strictObject({
      repositories: z.array(z.string()).default([]),
      proposed: z.array(z.string()).default([]),
      packages: z.array(z.string()).default([]),
      purge: z.array(z.string()).default([]),
    })
    .optional(),
  view: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and dashes')
    .default('candidate'),
  /** Build though nothing is new. */
  rebuild: z.boolean().default(false),
  /** Where the base and the kernels come from. @default - what the release's catalogue entry, or the machine, says */
  sources: z.array(AptSource).default([]),
  /** A squashfs to take as base instead of fetching one: a path on the build machine. */
  base: z.string().default(''),
});
export type Order = z.infer<typeof Order>;
