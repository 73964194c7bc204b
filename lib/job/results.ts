import { z } from 'zod';

/** An object that a stage wrote into the work store, by what it is: nothing is handed on that was not measured. */
export const Artefact = z.strictObject({
  key: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Bytes. */
  size: z.int().nonnegative(),
});
export type Artefact = z.infer<typeof Artefact>;

/** What the fetch stage found and stored: the base image. */
export const Fetched = z.strictObject({
  /** `20261120` or `20261120.1`. */
  serial: z.string().regex(/^\d{8}(\.\d+)?$/),
  squashfs: Artefact,
  manifest: Artefact,
});
export type Fetched = z.infer<typeof Fetched>;

/** What the prepare stage stored: the overlay layer that all flavours of an architecture share, as a squashfs. */
export const Prepared = z.strictObject({ layer: Artefact });
export type Prepared = z.infer<typeof Prepared>;

/** What the extract stage took out of one flavour's overlay. */
export const Extracted = z.strictObject({
  kernel: Artefact,
  initrd: Artefact,
  /** The package that owns the kernel file, e.g. `linux-image-6.1.0-40-amd64`. */
  imagePackage: z.string(),
  /** Its version, e.g. `6.1.153-1`. */
  imageVersion: z.string(),
  /** What `uname -r` will print, e.g. `6.1.0-40-amd64`. */
  kernelRelease: z.string(),
});
export type Extracted = z.infer<typeof Extracted>;

/** What the boot test found. */
export const Booted = z.strictObject({
  gate: z.enum(['passed', 'impossible', 'waived']),
  /** What was seen, in words. */
  evidence: z.string(),
});
export type Booted = z.infer<typeof Booted>;

/** One flavour's way through EachKernel, as Publish gets it. */
export const KernelResult = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('built'),
    kernel: z.string(),
    need: z.enum(['required', 'optional']),
    extracted: Extracted,
    booted: Booted,
  }),
  z.object({
    outcome: z.literal('failed'),
    kernel: z.string(),
    need: z.enum(['required', 'optional']),
    error: z.object({ Error: z.string(), Cause: z.string().default('') }),
  }),
]);
export type KernelResult = z.infer<typeof KernelResult>;
