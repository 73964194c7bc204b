import { newestVersion } from '../../simplestreams/merge';
import type { Item, Product, Version } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import { productKey, tripleOf } from './product-key';
import type { Made, Withdrawal, WithdrawnPart } from './withdrawal';

/** Why a version may not be offered as new. */
export interface Match {
  readonly withdrawal: Withdrawal;
  /**
   * - version: its root, kernel and initrd are the withdrawn ones; of bootloaders, its files
   * - flavour: its kernel is, and only the kernel was withdrawn
   * - base: it was made of a withdrawn image
   * - inputs, sources: it was made, or would be made, from the same
   * - name: it has the withdrawn name, in the view where that was withdrawn
   */
  readonly by: 'version' | 'flavour' | 'base' | 'inputs' | 'sources' | 'name';
}

/**
 * All withdrawals, by everything that they match: built once for a change, then asked about thousands of versions. A single
 * digest of a whole withdrawal does not match: a fix often shares two of root, kernel and initrd with what it replaces.
 */
export class WithdrawnIndex {
  readonly #found = new Map<string, Withdrawal>();

  /**
   * @param view where the versions are to be offered: names are withdrawn only in the view that the operator named
   * @param withdrawals of this view and all others; of two that match, the first one is told
   */
  constructor(view: string, withdrawals: readonly Withdrawal[]) {
    for (const withdrawal of withdrawals) {
      const isHere = withdrawal.view === view;
      for (const word of withdrawal.parts.flatMap((part) => wordsOfPart(part, isHere))) {
        if (!this.#found.has(word)) this.#found.set(word, withdrawal);
      }
    }
  }

  /** Why this version may not be offered as new, or undefined. */
  of(product: Product, name: string, version: Version): Match | undefined {
    const { root, kernel } = tripleOf(version);
    const { base_sha256: base } = version;
    return this.#first({
      version: [contentWord(version, product)],
      flavour: [wordOf('flavour', kernel)],
      base: [base === root ? undefined : wordOf('base', base)],
      ...inputWords(productKey(product), madeFrom(version, product)),
      name: [wordOf('name', productKey(product), name)],
    });
  }

  /**
   * Why nothing should be built from these inputs, or undefined.
   * @param key of the product that would be made
   * @param isCustomised whether the root image would be another than the base
   */
  ofInputs(key: string, made: Made, isCustomised = false): Match | undefined {
    return this.#first({
      flavour: [kernelPackageWord(key, made)],
      base: [isCustomised ? wordOf('base', made.base_sha256) : undefined],
      ...inputWords(key, made),
    });
  }

  #first(words: Words): Match | undefined {
    for (const by of order) {
      const word = words[by]?.find((one) => one !== undefined && this.#found.has(one));
      const withdrawal = word === undefined ? undefined : this.#found.get(word);
      if (withdrawal !== undefined) return { withdrawal, by };
    }
    return undefined;
  }
}

/**
 * A version as a withdrawal marks it.
 * @param kernelOnly whether only its kernel is withdrawn: then it is recognised under every root and initrd
 */
export function withdrawnPart(product: Product, name: string, version: Version, kernelOnly = false): WithdrawnPart {
  const { root, ...boot } = tripleOf(version);
  const isLoader = isBootloader(product);
  // The inputs that a product was last checked with are those of its newest version.
  const { inputs } = product;
  const isNewest = typeof inputs === 'string' && newestVersion(product) === name;
  return {
    product: productKey(product),
    version: name,
    ...(root !== undefined && !kernelOnly && { root }),
    ...boot,
    ...(isLoader && { items: digestsOf(version) }),
    made: { ...madeFrom(version, product), ...(isNewest && { inputs }) },
  };
}

type Words = Partial<Record<Match['by'], readonly (string | undefined)[]>>;

/** The strongest reason first. */
const order: readonly Match['by'][] = ['version', 'flavour', 'base', 'inputs', 'sources', 'name'];

/** Everything that a part matches. */
function wordsOfPart(
  { product, version, root, kernel, initrd, items, made }: WithdrawnPart,
  isHere: boolean,
): string[] {
  const { inputs = [], sources = [] } = inputWords(product, made);
  const words = [
    root === undefined ? undefined : tripleWord(root, kernel, initrd),
    root === undefined ? wordOf('flavour', kernel) : undefined,
    root === undefined ? kernelPackageWord(product, made) : undefined,
    wordOf('base', root),
    items === undefined ? undefined : itemsWord(items),
    ...inputs,
    ...sources,
    isHere ? wordOf('name', product, version) : undefined,
  ];
  return words.filter((word) => word !== undefined);
}

function inputWords(
  key: string,
  { base_sha256, packages, recipe, inputs, sources = [] }: Made,
): Pick<Words, 'inputs' | 'sources'> {
  return {
    inputs: [wordOf('inputs', key, base_sha256, packages, recipe), wordOf('inputs', key, inputs)],
    sources: [sources.length === 0 ? undefined : wordOf('sources', key, ...[...sources].sort(byBytes))],
  };
}

/** What is withdrawn, in one word; undefined where a part of it is not known. */
function wordOf(kind: Match['by'], ...parts: readonly (string | undefined)[]): string | undefined {
  return parts.some((part) => part === undefined || part === '') ? undefined : JSON.stringify([kind, ...parts]);
}

/** A kernel is known by its package before it is extracted: whatever root it would be with, it has the same bytes. */
function kernelPackageWord(key: string, { image_package, image_version }: Made): string | undefined {
  const [, , architecture] = key.split('/');
  return wordOf('flavour', architecture, image_package, image_version);
}

function contentWord(version: Version, product: Product): string | undefined {
  const { root, kernel, initrd } = tripleOf(version);
  if (isBootloader(product)) return itemsWord(digestsOf(version));
  return root === undefined ? undefined : tripleWord(root, kernel, initrd);
}

/** An image of one file has neither kernel nor initrd. */
function tripleWord(root: string, kernel = 'none', initrd = 'none'): string | undefined {
  return wordOf('version', root, kernel, initrd);
}

function itemsWord(items: Readonly<Record<string, string>>): string | undefined {
  const lines = Object.entries(items).map(([key, sha256]) => `${key} ${sha256}`);
  return lines.length === 0 ? undefined : wordOf('version', ...lines.sort(byBytes));
}

/** What is known about what a version was made from. */
function madeFrom(version: Version, product: Product): Made {
  const facts = ['base_sha256', 'packages', 'recipe', 'image_package', 'image_version'] as const;
  const known = facts.map((fact) => [fact, version[fact]] as const).filter(([, value]) => typeof value === 'string');
  const sources = isBootloader(product) ? sourcesOf(Object.values(version.items)) : [];
  return { ...Object.fromEntries(known), ...(sources.length > 0 && { sources }) };
}

/** `shim-signed 1.58.2+15.8-0ubuntu2 noble`, each once, sorted; nothing if an item does not say it. */
function sourcesOf(items: readonly Item[]): string[] {
  const named = items.map(({ src_package, src_version, src_release }) => [src_package, src_version, src_release]);
  if (named.flat().includes(undefined)) return [];
  return [...new Set(named.map((words) => words.join(' ')))].sort(byBytes);
}

function digestsOf({ items }: Version): Record<string, string> {
  return Object.fromEntries(Object.entries(items).map(([key, { sha256 }]) => [key, sha256]));
}

function isBootloader(product: Product): boolean {
  return product['bootloader-type'] !== undefined;
}
