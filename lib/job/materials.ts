import { z } from 'zod';

/** A package as dpkg or apt names it. */
const Package = z.strictObject({ name: z.string(), version: z.string() });

/** What went into an architecture's build besides the base image. The provenance of its versions is made from it. */
export const Materials = z.strictObject({
  /** Archives whose lists apt read, with the digest of the InRelease file that it verified. */
  archives: z.array(z.strictObject({ uri: z.string(), suite: z.string(), sha256: z.string() })),
  /** Packages that the published image has otherwise than the base: null where it has none. */
  changed: z.array(z.strictObject({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  /** Packages that were installed to make initramfs and kernel, by flavour; `''` are those that all share. */
  installed: z.record(z.string(), z.array(Package)),
});
export type Materials = z.infer<typeof Materials>;
