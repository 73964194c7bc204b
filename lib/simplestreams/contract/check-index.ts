import type { Products } from '../types';
import { byBytes } from '../version-order';
import { checkHead, checkKindOfData } from './check-products';
import { broken, type Violation } from './contract-rules';
import { checkRequired, isEmpty, isObject, type JsonObject, membersOf, shown } from './json-shapes';
import { pathFault } from './readable-values';

export type { Violation };

export interface IndexCheckOptions {
  /** The documents that the entries name, by content id; the lists of products must match. @default none */
  readonly documents?: ReadonlyMap<string, Products>;
  /** Whether this is the clearsigned index, which may name only signed documents. @default false */
  readonly signed?: boolean;
}

/** Every rule of MAAS that an index breaks. For one unreadable entry MAAS rejects the whole source. */
export function checkIndex(index: unknown, options: IndexCheckOptions = {}): Violation[] {
  if (!isObject(index)) return [broken('not-an-object', 'index', `the index is ${shown(index)}`)];
  return [
    ...checkHead(index, 'index:1.0', [], 'index'),
    ...(isEmpty(index.index) ? [broken('index-empty', 'index', `index is ${shown(index.index)}`)] : []),
    ...membersOf(index.index).flatMap(([id, entry]) => [...checkEntry(id, entry, options)]),
  ];
}

function* checkEntry(id: string, entry: unknown, { documents, signed }: IndexCheckOptions): Generator<Violation> {
  if (!isObject(entry)) {
    yield broken('not-an-object', id, `the entry is ${shown(entry)}`);
    return;
  }
  if ('name' in entry) yield broken('forbidden-key', id, 'it has the key name');
  yield* checkRequired(entry, ['path', 'updated'], id);
  yield* checkKindOfData(entry, id);
  if (entry.format !== undefined && entry.format !== 'products:1.0') {
    yield broken('format-wrong', id, `format is ${shown(entry.format)}`);
  }
  yield* checkEntryPath(entry, signed ?? false, id);
  yield* checkEntryProducts(entry.products, documents?.get(id), id);
}

function* checkEntryPath({ path }: JsonObject, signed: boolean, id: string): Generator<Violation> {
  if (typeof path !== 'string' || path === '') return;
  const fault = pathFault(path);
  if (fault !== undefined) yield broken('path-unsafe', id, `the path ${path} ${fault}`);
  else if (!/^streams\/v1\/.+\.s?json$/.test(path)) yield broken('index-path-outside', id, `the path is ${path}`);
  else if (signed && !path.endsWith('.sjson')) yield broken('index-unsigned-document', id, `the path is ${path}`);
}

function* checkEntryProducts(products: unknown, document: Products | undefined, id: string): Generator<Violation> {
  if (products === undefined) {
    yield broken('field-missing', id, 'products is missing');
    return;
  }
  if (!Array.isArray(products) || products.some((each) => typeof each !== 'string')) {
    yield broken('field-not-string', id, `products is ${shown(products)}, not a list of strings`);
    return;
  }
  if (products.length === 0) yield broken('index-products-empty', id, 'products is []');
  else if (document !== undefined) {
    const listed = [...products].sort(byBytes).join('\n');
    if (listed !== Object.keys(document.products).sort(byBytes).join('\n')) {
      yield broken('index-products-differ', id, `products is ${shown(products)}`);
    }
  }
}
