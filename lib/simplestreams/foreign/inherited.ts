import { isObject, type JsonObject, membersOf } from '../contract/json-shapes';

/** A product, version or item of another stream, with its fields. */
export interface Described {
  /** Its key: `com.ubuntu.cloud.daily:server:24.04:amd64`, `20261120`, `squashfs`. */
  readonly name: string;
  /** Its own and its inherited fields. */
  readonly fields: JsonObject;
}

/**
 * The products of a document. As in the simplestreams library, products inherit fields of the document, versions those of
 * the product, and items those of the version; the nearest value wins, and only strings and numbers are inherited
 * (facts/simplestreams.md §4).
 * @param document a products document: an object with `products`
 */
export function productsOf(document: JsonObject): Described[] {
  return membersBelow(document, document.products);
}

export function versionsOf(product: Described): Described[] {
  return membersBelow(product.fields, product.fields.versions);
}

export function itemsOf(version: Described): Described[] {
  return membersBelow(version.fields, version.fields.items);
}

/** Members that are not objects are ignored. */
function membersBelow(outer: JsonObject, members: unknown): Described[] {
  const inherited = Object.entries(outer).filter(([, value]) => isScalar(value));
  return membersOf(members).flatMap(([name, own]) =>
    isObject(own) ? [{ name, fields: withInherited(own, inherited) }] : [],
  );
}

function withInherited(own: JsonObject, inherited: readonly (readonly [string, unknown])[]): JsonObject {
  const isOwn = (field: string) => Object.hasOwn(own, field) && isScalar(own[field]);
  return { ...own, ...Object.fromEntries(inherited.filter(([field]) => !isOwn(field))) };
}

const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'number';
