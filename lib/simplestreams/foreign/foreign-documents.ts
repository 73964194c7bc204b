/* simplestreams/foreign: streams that others publish, such as Ubuntu’s cloud images. */

import { z } from 'zod';
import { MirrorError } from '../../errors';
import { isObject, shown } from '../contract/json-shapes';
import { parseStrictJson } from '../strict-json';
import { type Described, productsOf } from './inherited';

/**
 * Documents of other people's streams. Only the needed fields are checked: such a document may contain anything else,
 * including unknown products, which must not make the others unusable.
 */
export type ForeignDocument =
  | { readonly kind: 'index'; readonly entries: readonly ForeignEntry[] }
  | { readonly kind: 'products'; readonly products: readonly Described[] };

/** The entry of one document in an index. */
export interface ForeignEntry {
  readonly contentId: string;
  /** Relative to the stream. Not checked yet: it may be empty, or not a path. */
  readonly path: string;
  /** Ids. */
  readonly products: readonly string[];
  /** Whether the document is another index. */
  readonly isIndex: boolean;
}

/** @param name names it in messages: its URL. @throws BadFormat if it is neither an index nor a products document */
export function readForeignDocument(text: string, name: string): ForeignDocument {
  const value = parsed(text, name);
  const { success, data, error } = Shape.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    const seen = shown(isObject(value) ? value.format : value);
    throw badFormat(name, `${issue?.path.join('.') || 'it'}: ${issue?.message} (its format is ${seen})`);
  }
  if (data.format === 'products:1.0') return { kind: 'products', products: productsOf(data) };
  return { kind: 'index', entries: Object.entries(data.index).flatMap(([id, entry]) => entryOf(id, entry)) };
}

/** Ignores entries without files to download, such as the ids of public clouds' images. */
function entryOf(contentId: string, value: unknown): ForeignEntry[] {
  if (!isObject(value) || (value.datatype !== undefined && value.datatype !== 'image-downloads')) return [];
  const { path, products, format } = value;
  const ids = Array.isArray(products) ? products.filter((id) => typeof id === 'string') : [];
  const entry = { contentId, path: typeof path === 'string' ? path : '', products: ids };
  return [{ ...entry, isIndex: format === 'index:1.0' }];
}

const Shape = z.discriminatedUnion('format', [
  z.looseObject({ format: z.literal('index:1.0'), index: z.record(z.string(), z.unknown()) }),
  z.looseObject({ format: z.literal('products:1.0'), products: z.record(z.string(), z.unknown()) }),
]);

function parsed(text: string, name: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw badFormat(name, (cause as Error).message, cause);
  }
}

function badFormat(name: string, why: string, cause?: unknown): MirrorError {
  return new MirrorError('BadFormat', `${name} is not a simplestreams document: ${why}`, {
    hint: 'give the URL of the folder that contains streams/v1/, or of one of its .sjson files; if the URL is right, report this to the publisher of the stream',
    cause,
  });
}
