import { z } from 'zod';
import { fileOf, parseDocument } from './parse-document';

/** Everything that makes an entry of a view's history. A view that is only signed again makes none. */
export type What =
  | 'publish'
  | 'promote'
  | ('withdraw' | 'restore' | 'rollback')
  | ('hold' | 'unhold')
  | 'attest'
  | ('snapshot' | 'remove')
  // view: its source was set; follow: it was updated after its source
  | ('view' | 'follow')
  | ('repair' | 'upgrade');

/** A block of a view's history: a chain, the newest first. Entries within a block are in the order of their numbers. */
export interface HistoryBlock {
  readonly format: 'view-history:1';
  readonly view: string;
  /** Path of the block before, relative to the view. @default - this is the first one */
  readonly before?: string;
  readonly entries: readonly HistoryEntry[];
}

/** One commit. */
export interface HistoryEntry {
  /** From 1. */
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly what: What;
  readonly by?: string;
  readonly reason?: string;
  /** Id of the AWS request. */
  readonly request?: string;
  /** Name of the execution that built what was published. */
  readonly execution?: string;
  /** Version of this tool. */
  readonly tool: string;
  /** The view that it came from. */
  readonly from?: string;
  readonly changes: readonly HistoryChange[];
  /** Decisions that were made or lifted: `withdrawn 9d3c0a1b2c4d`, `hold 0c1d2e3f4a5b lifted`. */
  readonly decisions: readonly string[];
  /** What these decisions are about. @default - an older release made the entry, or nothing of a release was decided */
  readonly decided?: readonly Decided[];
  /** What a repair put right: `restored`, an index that was restored by hand; `lost`, decisions; `no state`. */
  readonly repaired?: Repaired;
}

export type Repaired = 'restored' | 'lost' | 'no state';

/** What a decision is about: the same as its command says. */
export interface Decided {
  /** As in `decisions`. */
  readonly decision: string;
  /** The products' field `release`, or `bootloaders`. */
  readonly release: string;
  /** What was withdrawn or attested. */
  readonly version?: string;
  /** Empty: all. */
  readonly architectures: readonly string[];
  /** MAAS's names; empty: all. */
  readonly flavours: readonly string[];
  /** The version that a hold keeps. */
  readonly at?: string;
  /** When a hold ends, ISO 8601. */
  readonly until?: string;
  /** Whether it was withdrawn in all views at once. @default false */
  readonly everywhere?: boolean;
  /** Of an attestation. */
  readonly link?: string;
}

/** What changed in the same way in these products. Names of versions, sorted. */
export interface HistoryChange {
  /** Keys of products, sorted. */
  readonly products: readonly string[];
  /** New in the documents. */
  readonly added: readonly string[];
  /** In the documents no more. */
  readonly removed: readonly string[];
  /** New on the shelf as pending. */
  readonly held: readonly string[];
  /** Pending no more, and in the documents now. */
  readonly released: readonly string[];
}

/** The newest block of a view's history, and where it is. */
export interface HistoryHead {
  /** Number of entries of all blocks. */
  readonly entries: number;
  /** @default - nothing was entered yet */
  readonly newest?: { readonly path: string; readonly block: HistoryBlock };
}

export const noHistory: HistoryHead = { entries: 0 };

/** A block is closed when it has so many entries, or so many bytes. */
const [mostEntries, mostBytes] = [64, 256 * 1024];

/** The newest block with one more entry: the one before is written again, longer, until it is closed. */
export function appended({ newest }: HistoryHead, view: string, entry: HistoryEntry): HistoryBlock {
  if (newest === undefined) return { format: 'view-history:1', view, entries: [entry] };
  const { path, block } = newest;
  if (isClosed(block)) return { format: 'view-history:1', view, before: path, entries: [entry] };
  return { ...block, entries: [...block.entries, entry] };
}

function isClosed(block: HistoryBlock): boolean {
  return block.entries.length >= mostEntries || fileOf(block).bytes.length >= mostBytes;
}

/** @throws BadFormat; NotSupported if a newer release has written it */
export function parseHistory(text: string, where: string): HistoryBlock {
  return parseDocument(text, where, { name: 'history of a view', format: 'view-history:1', shape });
}

const names = z.array(z.string());
const text = z.string().optional();

const about = z.looseObject({
  ...{ decision: z.string(), release: z.string(), architectures: names, flavours: names },
  ...{ version: text, at: text, until: text, link: text, everywhere: z.boolean().optional() },
});

const shape = z.looseObject({
  view: z.string(),
  before: z
    .string()
    .regex(/^streams\/v1\/[0-9a-f]{64}\.json$/)
    .optional(),
  entries: z.array(
    z.looseObject({
      number: z.int().positive(),
      at: z.iso.datetime(),
      // A newer release may enter other things, which this one only shows.
      what: z.string(),
      by: text,
      reason: text,
      request: text,
      execution: text,
      tool: z.string(),
      from: text,
      changes: z.array(z.looseObject({ products: names, added: names, removed: names, held: names, released: names })),
      decisions: names,
      decided: z.array(about).optional(),
      repaired: text,
    }),
  ),
});
