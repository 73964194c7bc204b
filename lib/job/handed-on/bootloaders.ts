import { z } from 'zod';
import { bootloaders } from '../../catalog/bootloaders';
import { catalogueWord, packageVersion, sha256 } from './foreign-words';
import { Made } from './results';

/** One item of a bootloader product: an archive of the files of one source package. */
export const BuiltLoaderItem = z.strictObject({
  artefact: Made,
  /** The source package, which names the item: `grub2-signed`. */
  package: catalogueWord,
  /** Version of its binary packages: `1.202.9+2.12-1ubuntu7.9`. */
  version: packageVersion,
  /** Series that it comes from: `noble`. */
  release: catalogueWord,
});
export type BuiltLoaderItem = z.infer<typeof BuiltLoaderItem>;

const fields = z.strictObject({
  os: catalogueWord,
  firmware: catalogueWord,
  architecture: catalogueWord,
  items: z.record(catalogueWord, BuiltLoaderItem),
});

/** One bootloader product, by the three fields that identify it in MAAS, with every item of the catalogue by name. */
export const BuiltBootloader = fields.superRefine((built, { addIssue }) => {
  const refused = (path: string[], message: string) => addIssue({ code: 'custom', path, message });
  const loader = bootloaders.find((one) => isSame(one, built));
  if (loader === undefined) {
    const { os, firmware, architecture } = built;
    refused(['os'], `the catalogue has no bootloader ${os} for ${firmware} ${architecture}`);
    return;
  }
  const wanted = Object.keys(loader.items);
  for (const item of wanted) if (!(item in built.items)) refused(['items', item], 'is missing');
  for (const [name, item] of Object.entries(built.items)) {
    if (!wanted.includes(name)) refused(['items', name], `is not an item of this product (${wanted.join(', ')})`);
    if (item.package !== name) refused(['items', name, 'package'], `must be ${name}`);
    if (item.release !== loader.release) refused(['items', name, 'release'], `must be ${loader.release}`);
  }
});
export type BuiltBootloader = z.infer<typeof BuiltBootloader>;

/** Result of the bootloaders build. */
export const BuiltBootloaders = z.strictObject({
  products: z
    .array(BuiltBootloader)
    .min(1)
    .max(bootloaders.length)
    .superRefine((products, { addIssue }) => {
      for (const [at, one] of products.entries()) {
        if (products.findIndex((other) => isSame(other, one)) === at) continue;
        addIssue({ code: 'custom', path: [at, 'os'], message: 'repeats an earlier product' });
      }
    }),
  /** The sha256 of the InRelease files that the packages were verified with. */
  inReleases: z.array(sha256).min(1).max(100),
});
export type BuiltBootloaders = z.infer<typeof BuiltBootloaders>;

type Words = Pick<BuiltBootloader, 'os' | 'firmware' | 'architecture'>;

function isSame(one: Words, other: Words): boolean {
  return one.os === other.os && one.firmware === other.firmware && one.architecture === other.architecture;
}
