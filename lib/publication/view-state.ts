import { MirrorError } from '../errors';
import { jsonPathOf } from '../simplestreams/documents';
import { writeJson } from '../simplestreams/json';
import { parseStrictJson } from '../simplestreams/strict-json';
import type { Index } from '../simplestreams/types';

/**
 * What operators decided about a view, beyond its products, such as which versions are withdrawn or held (design §4.25).
 * It is a separate JSON document below `streams/`, which the field `state` of the index names by its sha256: readers
 * ignore the field, and state and documents change together, with the one compare-and-swap of the index.
 *
 * No command writes a state yet, and an empty one is not written. Fields that this release does not know are kept. What a
 * writer must understand before it may write at all will be in the field `needs` of format.json.
 */
export type ViewState = Readonly<Record<string, unknown>>;

export const emptyState: ViewState = {};

/** A state as a document, or undefined for the empty one. */
export function stateDocument(state: ViewState): { readonly path: string; readonly bytes: Buffer } | undefined {
  if (Object.keys(state).length === 0) return undefined;
  const text = writeJson(state);
  return { path: jsonPathOf(text), bytes: Buffer.from(text) };
}

/**
 * The path of the state that an index names, relative to the view, or undefined.
 * @throws NotSupported if it names one in a form that this release does not know
 */
export function statePathOf(index: Index | undefined, where: string): string | undefined {
  const { state } = (index ?? {}) as { readonly state?: unknown };
  if (state === undefined) return undefined;
  if (isStatePath(state)) return state;
  throw new MirrorError(
    'NotSupported',
    `${where} refers to a view state in an unknown format: ${JSON.stringify(state)}`,
    {
      hint: 'a newer release has written it; use that release for this mirror',
    },
  );
}

/** Whether a field `state` is in the form that this release writes and knows. */
export function isStatePath(state: unknown): state is string {
  return typeof state === 'string' && /^streams\/v1\/[0-9a-f]{64}\.json$/.test(state);
}

/** @throws BadFormat */
export function parseState(text: string, where: string): ViewState {
  const state = parsed(text, where);
  if (typeof state === 'object' && state !== null && !Array.isArray(state)) return state as ViewState;
  throw new MirrorError('BadFormat', `${where} is not a valid view state: expected a JSON object`);
}

function parsed(text: string, where: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw new MirrorError('BadFormat', `${where} is not a valid view state: ${(cause as Error).message}`, { cause });
  }
}
