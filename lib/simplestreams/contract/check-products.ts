import { checkEndOfLife, checkVersions } from './check-versions';
import { broken, type Violation } from './contract-rules';
import { checkOptional, checkRequired, isEmpty, isObject, type JsonObject, membersOf, shown } from './json-shapes';
import { kindOf, type ProductKindName, productKinds, productNamePatterns, supportedBootloaders } from './product-kinds';
import { isReadableDate, isSafeSegment } from './readable-values';

/**
 * Every rule of MAAS that a products document breaks; none if MAAS accepts all of it.
 * @param where prefix of each `where` in the result @default - the content id at the top, nothing below
 */
export function checkProducts(document: unknown, where?: string): Violation[] {
  if (!isObject(document)) {
    return [broken('not-an-object', where ?? 'products document', `the document is ${shown(document)}`)];
  }
  const top = where ?? (typeof document.content_id === 'string' ? document.content_id : 'products document');
  const below = where === undefined ? '' : `${where} / `;
  return [
    ...checkHead(document, 'products:1.0', ['content_id', 'datatype'], top),
    ...checkTogether(document.products, top),
    ...membersOf(document.products).flatMap(([id, product]) => [...checkProduct(id, product, below + id)]),
    ...checkPaths(document.products, below),
  ];
}

/** What indexes and products documents have in common. */
export function* checkHead(
  document: JsonObject,
  format: string,
  fields: readonly string[],
  where: string,
): Generator<Violation> {
  yield* checkRequired(document, ['format', 'updated', ...fields], where);
  if (typeof document.format === 'string' && document.format !== '' && document.format !== format) {
    yield broken('format-wrong', where, `format is ${document.format}, not ${format}`);
  }
  yield* checkKindOfData(document, where);
}

/** Date and datatype of a document or an index entry. */
export function* checkKindOfData({ updated, datatype }: JsonObject, where: string): Generator<Violation> {
  if (typeof updated === 'string' && updated !== '' && !isReadableDate(updated)) {
    yield broken('date-unreadable', where, `updated is ${shown(updated)}`);
  }
  if (typeof datatype === 'string' && datatype !== '' && !['image-downloads', 'image-ids'].includes(datatype)) {
    yield broken('datatype-not-allowed', where, `datatype is ${datatype}`);
  }
}

/** What the products of a document must have in common. */
function* checkTogether(products: unknown, where: string): Generator<Violation> {
  if (isEmpty(products)) yield broken('products-empty', where, `products is ${shown(products)}`);
  const all = membersOf(products).map(([, product]) => product);
  const kinds = new Set(all.map(kindOfProduct));
  if (kinds.size > 1) yield broken('document-mixed', where, `it has ${[...kinds].join(' and ')} products`);
  const labels = new Set(all.flatMap((each) => (isObject(each) && typeof each.label === 'string' ? [each.label] : [])));
  if (labels.size > 1) yield broken('label-differs', where, `its products have the labels ${[...labels].join(', ')}`);
}

function kindOfProduct(product: unknown): ProductKindName {
  const { versions, ...fields } = isObject(product) ? product : {};
  const items = membersOf(versions).flatMap(([, version]) => (isObject(version) ? membersOf(version.items) : []));
  return kindOf(
    Object.keys(fields),
    items.map(([name]) => name),
  );
}

function* checkProduct(id: string, product: unknown, where: string): Generator<Violation> {
  if (!isObject(product)) {
    yield broken('not-an-object', where, `the product is ${shown(product)}`);
    return;
  }
  const kind = kindOfProduct(product);
  if (!productNamePatterns[kind].test(id)) yield broken('product-name-ignored', where, `its name is ${id}`);
  if ('product_name' in product) yield broken('forbidden-key', where, 'it has the key product_name');
  yield* checkRequired(product, productKinds[kind].fields, where);
  yield* checkOptional(product, productKinds[kind].optionalFields, where);
  if (typeof product.label === 'string' && product.label !== '' && !isSafeSegment(product.label)) {
    yield broken('label-unsafe', where, `label is ${shown(product.label)}`);
  }
  if (kind === 'bootloader') yield* checkBootloader(product, where);
  if (kind === 'image') yield* checkFlavour(product, where);
  if (kind !== 'bootloader') yield* checkEndOfLife('support_eol', product.support_eol, where);
  if (isEmpty(product.versions)) yield broken('versions-empty', where, `versions is ${shown(product.versions)}`);
  yield* checkVersions(product.versions, kind, where);
}

function* checkBootloader(product: JsonObject, where: string): Generator<Violation> {
  const parts = [product['bootloader-type'], product.os, product.arch];
  if (parts.some((part) => typeof part !== 'string' || part === '')) return;
  const triple = parts.join(' / ');
  if (!supportedBootloaders.some((supported) => supported === triple)) {
    yield broken('bootloader-unsupported', where, `it is ${triple}, not one of ${supportedBootloaders.join(', ')}`);
  }
}

function* checkFlavour({ kflavor, subarch }: JsonObject, where: string): Generator<Violation> {
  if (kflavor === undefined || kflavor === null || kflavor === '') {
    yield broken('kflavor-missing', where, `kflavor is ${shown(kflavor)}`);
  } else if (typeof kflavor !== 'string') {
    yield broken('field-not-string', where, `kflavor is ${shown(kflavor)}`);
  } else if (typeof subarch === 'string' && isDoubled(kflavor, subarch)) {
    yield broken('subarch-holds-flavour', where, `subarch is ${subarch} and kflavor ${kflavor}`);
  }
}

/** MAAS does not append `generic`, nor a flavour that equals the subarch (`generic-lpae`). */
function isDoubled(flavour: string, subarch: string): boolean {
  return flavour !== 'generic' && flavour !== subarch && `-${subarch}-`.includes(`-${flavour}-`);
}

/** Products share files: a path may occur many times, but always with the same content. */
function* checkPaths(products: unknown, below: string): Generator<Violation> {
  const contents = new Map<string, string>();
  for (const [id, product] of membersOf(products)) {
    for (const [name, version] of isObject(product) ? membersOf(product.versions) : []) {
      for (const [key, item] of isObject(version) ? membersOf(version.items) : []) {
        if (!isObject(item) || typeof item.path !== 'string') continue;
        const content = `${shown(item.sha256)} of ${shown(item.size)} bytes`;
        const other = contents.get(item.path) ?? content;
        if (other !== content) {
          const where = `${below}${id} / ${name} / ${key}`;
          yield broken('path-reused', where, `${item.path} is ${content}, elsewhere ${other}`);
        }
        contents.set(item.path, other);
      }
    }
  }
}
