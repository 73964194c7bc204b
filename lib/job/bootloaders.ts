import { z } from 'zod';
import { checked } from './checked';
import { Artefact } from './results';

const word = z.string().min(1);

/** One item of a bootloader product: the files of one source package, packed. */
export const BuiltLoaderItem = z.strictObject({
  artefact: Artefact,
  /** The source package, which names the item: `grub2-signed`. */
  package: word,
  /** Version of its binary packages: `1.202.9+2.12-1ubuntu7.9`. */
  version: word,
  /** Series that it came from: `noble`. */
  release: word,
});
export type BuiltLoaderItem = z.infer<typeof BuiltLoaderItem>;

/** One product, by the three words that MAAS tells bootloaders apart by, with its items by name. */
export const BuiltBootloader = z.strictObject({
  os: word,
  firmware: word,
  architecture: word,
  items: z.record(word, BuiltLoaderItem).refine((items) => Object.keys(items).length > 0, 'at least one item'),
});
export type BuiltBootloader = z.infer<typeof BuiltBootloader>;

/** What the build of the bootloaders hands on. */
export const BuiltBootloaders = z.strictObject({
  products: z.array(BuiltBootloader).min(1),
  /** The sha256 of the InRelease files that the packages were taken by. */
  inReleases: z.array(z.string()).min(1),
});
export type BuiltBootloaders = z.infer<typeof BuiltBootloaders>;

/** @throws BadInput (misuse) naming the field */
export const builtBootloadersOf = (value: unknown): BuiltBootloaders =>
  checked(BuiltBootloaders, value, 'what the build of the bootloaders hands on');
