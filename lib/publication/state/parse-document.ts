import type { z } from 'zod';
import { MirrorError } from '../../errors';
import { type DocumentFile, jsonPathOf } from '../../simplestreams/documents';
import { writeJson } from '../../simplestreams/json';
import { parseStrictJson } from '../../simplestreams/strict-json';

/** How a document of a view's state is recognised. */
export interface DocumentForm {
  /** For messages: `view state`. */
  readonly name: string;
  readonly shape: z.ZodType;
}

/** A document that names its own format. */
export interface VersionedForm extends DocumentForm {
  /** `view-state:1` */
  readonly format: string;
  /** The shape of each of its `products`, which are checked one by one. @default - they are in `shape` */
  readonly row?: z.ZodType;
}

/**
 * Parses a document of a view's state. Gives the JSON itself, not a copy, so that unknown fields survive reading and writing.
 * @param where names it in messages: its key
 * @throws BadFormat; NotSupported if a newer release has written it
 */
export function parseDocument<Document>(text: string, where: string, form: VersionedForm): Document {
  const value = jsonOf(text, where, form);
  const { format, products } = Object(value) as { readonly format?: unknown; readonly products?: unknown };
  if (isNewer(format, form.format)) {
    throw new MirrorError('NotSupported', `${where} has format ${format}; this version supports ${form.format}`, {
      hint: 'a newer release has written it; use that release for this mirror',
    });
  }
  if (format !== form.format) throw bad(where, form, `expected a JSON object with format ${form.format}`);
  requireShape(value, form.shape, where, form);
  if (form.row === undefined) return value as Document;
  if (typeof products !== 'object' || products === null) throw bad(where, form, 'at products: expected an object');
  // One at a time: zod copies what it checks, and there may be tens of megabytes.
  for (const [id, row] of Object.entries(products)) requireShape(row, form.row, where, form, ['products', id]);
  return value as Document;
}

/** Parses JSON without a format of its own. @throws BadFormat */
export function checkedJson<Value>(text: string, where: string, form: DocumentForm): Value {
  const value = jsonOf(text, where, form);
  requireShape(value, form.shape, where, form);
  return value as Value;
}

/** A document as a file of a view, named by its digest. */
export function fileOf(document: object): DocumentFile {
  const text = writeJson(document);
  return { path: jsonPathOf(text), bytes: Buffer.from(text) };
}

function isNewer(format: unknown, known: string): boolean {
  const [name, version] = known.split(':');
  if (typeof format !== 'string' || !format.startsWith(`${name}:`)) return false;
  return Number(format.slice(String(name).length + 1)) > Number(version);
}

function jsonOf(text: string, where: string, form: DocumentForm): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw bad(where, form, (cause as Error).message, cause);
  }
}

function requireShape(
  value: unknown,
  shape: z.ZodType,
  where: string,
  form: DocumentForm,
  above: readonly string[] = [],
): void {
  const { success, error } = shape.safeParse(value);
  if (success) return;
  const [issue] = error.issues;
  const place = [...above, ...(issue?.path ?? [])].map(String).join(' / ') || 'the top';
  throw bad(where, form, `at ${place}: ${issue?.message}`);
}

function bad(where: string, { name }: DocumentForm, why: string, cause?: unknown): MirrorError {
  return new MirrorError('BadFormat', `${where} is not a valid ${name}: ${why}`, { cause });
}
