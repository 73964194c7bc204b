import { z } from 'zod';
import { MirrorError } from '../errors';
import { parseStrictJson } from './strict-json';
import type { Index, Products } from './types';
import { byBytes } from './version-order';

/**
 * JSON as simplestreams tools write it: indented by one space, keys sorted, ASCII only, one newline at the end.
 * Lines are short, because gpgv rejects a signed text with a line longer than 19 kB. No line begins with a dash, because
 * MAAS does not undo the dash escapes of a clearsigned text.
 * @throws BadFormat for values that JSON cannot represent, and for a list or a bare value: readers expect an object
 */
export function writeJson(value: object): string {
  if (Array.isArray(value)) {
    throw new MirrorError('BadFormat', 'a list cannot be a simplestreams document: readers expect an object');
  }
  return [...piecesOf(value, '\n', 2), '\n'].join('');
}

/**
 * The text in pieces, split by member on the outer levels: a document has tens of megabytes, which are joined once instead
 * of at every level.
 */
function piecesOf(value: unknown, newline: string, levels: number): string[] {
  if (levels === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [textOf(value, newline)];
  }
  const inner = `${newline} `;
  const members = membersOf(value);
  if (members.length === 0) return ['{}'];
  const pieces = members.flatMap(([key, each], at) => [
    `${at === 0 ? '{' : ','}${inner}${escaped(key)}: `,
    ...piecesOf(each, inner, levels - 1),
  ]);
  return [...pieces, newline, '}'];
}

// Not JSON.stringify: JavaScript lists keys that look like whole numbers (`20261120`) before all others.
function textOf(value: unknown, newline: string): string {
  const inner = `${newline} `;
  if (Array.isArray(value))
    return enclosed(
      '[',
      value.map((each) => textOf(each, inner)),
      ']',
      newline,
    );
  if (typeof value === 'object' && value !== null) {
    const members = membersOf(value).map(([key, each]) => `${escaped(key)}: ${textOf(each, inner)}`);
    return enclosed('{', members, '}', newline);
  }
  if (typeof value === 'string') return escaped(value);
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return JSON.stringify(value);
  throw new MirrorError('BadFormat', `${String(value)} (${typeof value}) cannot be written as JSON`);
}

function membersOf(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => byBytes(a, b));
}

function enclosed(open: string, members: string[], close: string, newline: string): string {
  if (members.length === 0) return open + close;
  return `${open}${newline} ${members.join(`,${newline} `)}${newline}${close}`;
}

function escaped(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The date of a document: `Mon, 12 Oct 2026 04:11:09 +0000`. MAAS rejects `GMT`. */
export function rfc2822(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new MirrorError('BadFormat', 'an invalid date cannot be written');
  return date.toUTCString().replace('GMT', '+0000');
}

/**
 * Parses an index, our own or another's.
 * @param where names it in messages: a path or an address
 * @throws BadFormat
 */
export function parseIndex(text: string, where: string): Index {
  return parsed<Index>(text, where, 'index', IndexShape);
}

/**
 * Parses a products document, our own or another's. Checks only what every reader needs; `checkProducts` decides whether
 * MAAS would accept it.
 * @throws BadFormat
 */
export function parseProducts(text: string, where: string): Products {
  const what = 'products document';
  const document = parsed<Products>(text, where, what, ProductsShape);
  // One product at a time: zod copies what it checks, and a document may have tens of megabytes.
  for (const [id, product] of Object.entries(document.products)) {
    requireShape(product, ProductShape, where, what, ['products', id]);
  }
  return document;
}

/** Returns the JSON itself, not zod's copy: unknown fields must survive reading and writing. */
function parsed<Document>(text: string, where: string, what: string, shape: z.ZodType): Document {
  const value = jsonOf(text, where, what);
  requireShape(value, shape, where, what);
  return value as Document;
}

function requireShape(value: unknown, shape: z.ZodType, where: string, what: string, above: string[] = []): void {
  const { success, error } = shape.safeParse(value);
  if (success) return;
  const issue = error.issues[0];
  const place = [...above, ...(issue?.path ?? [])].join(' / ') || 'the top';
  throw new MirrorError('BadFormat', `${where} is not a simplestreams ${what}: at ${place}: ${issue?.message}`, {
    hint,
  });
}

function jsonOf(text: string, where: string, what: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw new MirrorError('BadFormat', `${where} is not a simplestreams ${what}: ${(cause as Error).message}`, {
      hint,
      cause,
    });
  }
}

const hint = 'check the address; the download may also have been cut off';

const IndexShape = z.looseObject({
  format: z.literal('index:1.0'),
  updated: z.string(),
  index: z.record(
    z.string(),
    z.looseObject({
      path: z.string().min(1),
      products: z.array(z.string()),
      updated: z.string(),
      datatype: z.string().optional(),
      format: z.string().optional(),
    }),
  ),
});

const ProductsShape = z.looseObject({
  content_id: z.string().min(1),
  datatype: z.enum(['image-downloads', 'image-ids']),
  format: z.literal('products:1.0'),
  updated: z.string(),
  products: z.record(z.string(), z.unknown()),
});

const ProductShape = z.looseObject({
  versions: z.record(
    z.string(),
    z.looseObject({
      items: z.record(
        z.string(),
        z.looseObject({
          ftype: z.string(),
          path: z.string().min(1),
          sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex'),
          size: z.int().nonnegative(),
        }),
      ),
    }),
  ),
});
