import { z } from 'zod';
import { MirrorError } from '../../errors';
import { isFrozenName } from '../../job/layout';
import type { Index } from '../../simplestreams/types';
import { checkedJson, parseDocument } from './parse-document';
import { type ViewState, viewKinds } from './view-state';

/** A state as it is stored: with the documents that it names, relative to the view. */
export interface StoredState extends ViewState {
  /** @default - nothing is on the shelf */
  readonly shelf?: string;
  /** @default - the view never had a product */
  readonly ledger?: string;
  /** The newest block, and the number of entries of all. @default - nothing was entered yet */
  readonly history?: { readonly path: string; readonly entries: number };
}

/** The state of a view about which nothing was decided yet. */
export function emptyState(view: string): ViewState {
  const kind = isFrozenName(view) ? 'frozen' : 'built';
  return { format: 'view-state:1', view, kind, withdrawals: [], holds: [] };
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
    { hint: 'a newer release has written it; use that release for this mirror' },
  );
}

/** Whether a field `state` is in the form that this release writes and knows. */
export function isStatePath(state: unknown): state is string {
  return typeof state === 'string' && documentPath.test(state);
}

/** @throws BadFormat, also for the state of another view; NotSupported for one of a newer release */
export function parseState(text: string, where: string, view: string): StoredState {
  const state = parseDocument<StoredState>(text, where, { name: 'view state', format: 'view-state:1', shape });
  if (state.view === view) return state;
  throw new MirrorError(
    'BadFormat',
    `${where} is the state of the view ${JSON.stringify(state.view)}, not of ${view}`,
    {
      hint: 'it was copied from another view; restore this view from a backup or another copy of the mirror',
    },
  );
}

/** What a change is given: without the names of documents, which `changeView` writes. */
export function decisionsIn({ shelf, ledger, history, ...decisions }: StoredState): ViewState {
  return decisions;
}

/** What is left of a deleted view: it names the view's last state, in which every version has left. */
export interface Tombstone {
  /** Relative to the view. */
  readonly state: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by?: string;
  readonly reason?: string;
}

/** @throws BadFormat */
export function parseTombstone(text: string, where: string): Tombstone {
  return checkedJson<Tombstone>(text, where, { name: 'note of a deleted view', shape: deleted });
}

const documentPath = /^streams\/v1\/[0-9a-f]{64}\.json$/;
const path = z.string().regex(documentPath);
const [text, texts] = [z.string(), z.array(z.string())];
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();
const asked = { by: text.optional(), reason: text.optional(), request: text.optional() };

const part = z.looseObject({
  product: text,
  version: text,
  root: digest.optional(),
  kernel: digest.optional(),
  initrd: digest.optional(),
  items: z.record(text, digest).optional(),
  made: z.looseObject({ sources: texts.optional() }),
});

const withdrawal = z.looseObject({
  id: text,
  at: time,
  ...asked,
  everywhere: z.boolean().optional(),
  view: text,
  release: text,
  version: text,
  architectures: texts,
  flavours: texts,
  parts: z.array(part),
});

const hold = z.looseObject({
  id: text,
  since: time,
  until: time.optional(),
  ...asked,
  release: text,
  architectures: texts,
  flavours: texts,
  at: text.optional(),
});

const source = z.looseObject({
  promote: z.looseObject({ from: text, after: text.optional(), require: texts.optional() }).optional(),
  select: z
    .array(
      z.looseObject({
        from: text,
        releases: texts.optional(),
        architectures: texts.optional(),
        flavours: texts.optional(),
      }),
    )
    .optional(),
  snapshot: z.looseObject({ from: text, index: digest, at: time }).optional(),
});

const shape = z.looseObject({
  view: text,
  kind: z.enum(viewKinds),
  upgraded: z.boolean().optional(),
  source: source.optional(),
  configured: digest.optional(),
  deleting: z.boolean().optional(),
  withdrawals: z.array(withdrawal),
  holds: z.array(hold),
  shelf: path.optional(),
  ledger: path.optional(),
  history: z.looseObject({ path, entries: z.int().positive() }).optional(),
});

const deleted = z.looseObject({ state: path, at: time, by: text.optional(), reason: text.optional() });
