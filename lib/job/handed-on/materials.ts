import { z } from 'zod';
import { line, sha256 } from './foreign-words';

/** As dpkg, apt or the manifest of a cloud image has it, which also lists snaps. */
const word = line(200);

const Package = z.strictObject({ name: word, version: word });

/** What went into an architecture's build besides the base image. The provenance of its versions is made from it. */
export const Materials = z.strictObject({
  /**
   * Archives whose lists apt read, with the digest of the InRelease file that it verified; of a detached signature that of
   * the Release file.
   */
  archives: z
    .array(z.strictObject({ uri: line(4096), suite: line(200), sha256, detached: z.literal(true).optional() }))
    .max(1000),
  /** Packages that the published image has otherwise than the base: null where it has none. */
  changed: z.array(z.strictObject({ name: word, from: word.nullable(), to: word.nullable() })).max(10_000),
  /** Keys and identities that packages had made in the published image, and that it does not hold: path, kind, package. */
  removed: z
    .array(z.strictObject({ path: line(4096), what: line(200), of: line(4096) }))
    .max(10_000)
    .default([]),
  /** Packages that were installed to make initramfs and kernel, by flavour; `''` are those that all share. */
  installed: z.record(z.string().max(64), z.array(Package).max(10_000)),
});
export type Materials = z.infer<typeof Materials>;
