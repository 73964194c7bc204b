/* simplestreams/contract: the rules by which MAAS reads a stream. */

/**
 * What readers require of a mirror, by rule. Each row says what happens when the rule is broken, from the source of MAAS 3.8
 * and from test runs. Most broken rules disable a whole boot source, and MAAS does not even report some of them. The names are
 * stable: people search for them.
 */
export const contractRules = {
  // documents
  'not-an-object': 'MAAS expects a JSON object here',
  'field-missing': 'MAAS rejects the whole source without this field, and reads it only here',
  'field-not-string': 'MAAS rejects the whole source where this is not a string',
  'format-wrong': 'readers skip documents of another format',
  'datatype-not-allowed': 'MAAS rejects any datatype except image-downloads and image-ids',
  'date-unreadable': 'MAAS reads `Thu, 01 Jan 2026 00:00:00 +0000` or ISO 8601, but not `GMT`',
  'products-empty': 'MAAS rejects the whole source for a document without products',
  'document-mixed': 'MAAS reads a document as bootloaders, as images or as single files, never as a mixture',
  'forbidden-key': 'MAAS fails on this key with an unhandled error',
  // products
  'versions-empty': 'MAAS rejects the whole source for a product without versions',
  'product-name-ignored': 'MAAS ignores images without `:v2:` or `:v3:` and bootloaders without `:1:` in the name',
  'bootloader-unsupported': 'MAAS ignores bootloaders that are not one of its four',
  'kflavor-missing': 'MAAS would name the kernel after `None`; plain kernels are `generic`',
  'subarch-holds-flavour': 'MAAS appends the flavour to the subarch itself, and would write it twice',
  'eol-unreadable': 'MAAS rejects the whole source; write YYYY-MM-DD or leave it out',
  'label-unsafe': 'MAAS uses the label in boot addresses',
  'label-differs': 'a view has one label, which is its name',
  // versions
  'version-name-unsafe': 'the name of a version is part of paths',
  'respins-sort-wrong': 'names sort as strings: re-spin .10 counts as older than .2',
  'items-empty': 'MAAS rejects the whole source for a version without items',
  'item-missing': 'MAAS rejects the whole source if a version lacks this item',
  'root-missing': 'MAAS rejects the whole source if a version has neither squashfs nor root-image.gz',
  'item-unknown': 'MAAS ignores items of this name',
  'root-tgz-mixed': 'MAAS would import root-tgz and nothing else',
  'basename-repeated': 'MAAS stores the files of a version by their last path segment: one would replace the other',
  'sha256-repeated': 'MAAS stores the files of a version by their sha256: one would replace the other',
  // items
  'ftype-unknown': 'MAAS stops importing at an unknown file type',
  'ftype-wrong': 'MAAS would use the file as something else',
  'path-unsafe': 'readers reject such a path, or it leads outside the mirror',
  'path-reused': 'paths are immutable: one path cannot have two contents',
  'sha256-malformed': 'MAAS expects 64 lower-case hex digits',
  'size-malformed': 'MAAS expects a whole number of bytes greater than 0',
  // a view as a whole
  'root-differs':
    'MAAS installs the root of any product of a release and architecture that fits, so their newest versions must have one root',
  'flavour-repeated': 'MAAS makes one boot resource of both, and a version of one replaces that of the other',
  'label-of-view': 'the label must be the name of the view, or of a snapshot that of its source',
  // indexes
  'index-empty': 'MAAS rejects the whole source for an index without entries',
  'index-products-empty': 'an entry without products offers nothing',
  'index-products-differ': 'readers trust the list of products in the index, so it must match the document',
  'index-path-outside': 'metadata must be under streams/v1/ and end in .sjson or .json',
  'index-unsigned-document': 'MAAS requires every document that a signed index names to be signed too',
} as const;

export type ContractRule = keyof typeof contractRules;

/** One broken rule at one place. */
export interface Violation {
  /** Stable kebab-case name. */
  readonly rule: ContractRule;
  /** `product / version / item`, as far down as applicable. */
  readonly where: string;
  /** The value found, and its effect. */
  readonly message: string;
}

/** @param seen what was found, in words */
export function broken(rule: ContractRule, where: string, seen: string): Violation {
  return { rule, where, message: `${seen}: ${contractRules[rule]}` };
}
