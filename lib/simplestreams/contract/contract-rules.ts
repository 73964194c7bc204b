/* simplestreams/contract: the rules by which MAAS reads a stream. */

/**
 * What a reader demands of a mirror, by name. Each row says what happens where the rule is broken; read in the source
 * of MAAS 3.8 and seen in runs. One broken rule mostly disables a whole boot source, and some are not even reported
 * there. The names are stable: people search for them.
 */
export const contractRules = {
  // documents
  'not-an-object': 'MAAS wants a JSON object here',
  'field-missing': 'MAAS rejects the whole source without this field, and reads it nowhere else',
  'field-not-string': 'MAAS rejects the whole source where this is not a string',
  'format-wrong': 'readers skip documents of another format',
  'datatype-not-allowed': 'MAAS rejects any datatype but image-downloads and image-ids',
  'date-unreadable': 'MAAS reads `Thu, 01 Jan 2026 00:00:00 +0000` or ISO 8601, and not GMT by name',
  'products-empty': 'MAAS rejects the whole source for a document without products',
  'document-mixed': 'MAAS reads a document as bootloaders, as images or as single files, never as a mixture',
  'forbidden-key': 'MAAS fails on this key with an error that nobody catches',
  // products
  'versions-empty': 'MAAS rejects the whole source for a product without versions',
  'product-name-ignored': 'MAAS passes over images without `:v2:` or `:v3:` and bootloaders without `:1:` in the name',
  'bootloader-unsupported': 'MAAS passes over bootloaders that are not one of its four',
  'kflavor-missing': 'MAAS would name the kernel after `None`; plain kernels are `generic`',
  'subarch-holds-flavour': 'MAAS appends the flavour to the subarch itself, and would write it twice',
  'eol-unreadable': 'MAAS rejects the whole source; write YYYY-MM-DD or leave it out',
  'label-unsafe': 'MAAS makes the label a part of boot addresses',
  'label-differs': 'a view has one label, which is its name',
  // versions
  'version-name-unsafe': 'the name of a version is a part of paths',
  'respins-sort-wrong': 'names sort as strings: re-spin .10 is taken for older than .2',
  'items-empty': 'MAAS rejects the whole source for a version without items',
  'item-missing': 'MAAS rejects the whole source where one version lacks this item',
  'root-missing': 'MAAS rejects the whole source where one version has neither squashfs nor root-image.gz',
  'item-unknown': 'MAAS passes over items of this name',
  'root-tgz-mixed': 'MAAS would take root-tgz and nothing else',
  'basename-repeated': 'MAAS keeps the files of a version by their last path segment: one deletes the other',
  'sha256-repeated': 'MAAS keeps the files of a version by their sha256: one deletes the other',
  // items
  'ftype-unknown': 'MAAS stops importing at a file type that it does not know',
  'ftype-wrong': 'MAAS would use the file as something else',
  'path-unsafe': 'readers refuse it, or are led out of the mirror by it',
  'path-reused': 'a path is immutable: it cannot hold two contents',
  'sha256-malformed': 'MAAS compares with 64 lower-case hex digits',
  'size-malformed': 'MAAS compares with a whole number of bytes above 0',
  // indexes
  'index-empty': 'MAAS rejects the whole source for an index without entries',
  'index-products-empty': 'an entry without products offers nothing',
  'index-products-differ': 'readers trust the list of products in the index, so it must be the document’s',
  'index-path-outside': 'metadata lies under streams/v1/ and ends in .sjson or .json',
  'index-unsigned-document': 'MAAS wants each document that a signed index names signed as well',
} as const;

export type ContractRule = keyof typeof contractRules;

/** One broken rule at one place. */
export interface Violation {
  /** Stable kebab-case name. */
  readonly rule: ContractRule;
  /** `product / version / item`, as far down as it goes. */
  readonly where: string;
  /** The value seen, and what it would do. */
  readonly message: string;
}

/** @param seen what was found there, in words */
export function broken(rule: ContractRule, where: string, seen: string): Violation {
  return { rule, where, message: `${seen}: ${contractRules[rule]}` };
}
