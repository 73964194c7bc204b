import { z } from 'zod';
import { line, sha256 } from './foreign-words';

/** As in dpkg, apt, or the manifest of a cloud image, which also lists snaps. */
const word = line(200);

const Package = z.strictObject({ name: word, version: word });

/** The inputs of an architecture's build other than the base image. They become the provenance of its versions. */
export const Materials = z.strictObject({
  /** Archives that apt read, with the digest of the verified InRelease file, or of Release if its signature is detached. */
  archives: z
    .array(z.strictObject({ uri: line(4096), suite: line(200), sha256, detached: z.literal(true).optional() }))
    .max(1000),
  /** Packages whose version differs between base and published image; null: not installed. */
  changed: z.array(z.strictObject({ name: word, from: word.nullable(), to: word.nullable() })).max(10_000),
  /** Keys and identities that packages had created and that were removed from the image: path, kind, package. */
  removed: z
    .array(z.strictObject({ path: line(4096), what: line(200), of: line(4096) }))
    .max(10_000)
    .default([]),
  /** Packages installed for initramfs and kernel, by flavour; `''` for those that all flavours share. */
  installed: z.record(z.string().max(64), z.array(Package).max(10_000)),
});
export type Materials = z.infer<typeof Materials>;
