/** Everything that makes an entry of a view's history. A view that is only signed again makes none. */
export const whats = [
  'publish',
  'promote',
  'withdraw',
  'restore',
  'rollback',
  'hold',
  'unhold',
  'snapshot',
  'remove',
  'attest',
  'view',
  'follow',
  'repair',
  'upgrade',
] as const;
export type What = (typeof whats)[number];

/**
 * A block of a view's history: a chain, the newest first. Entries within a block are in the order of their numbers.
 * @public
 */
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
  /** Decisions that were made or lifted: `withdrawn 9d3c0a1b2c4d`, `lifted hold 0c1d2e3f4a5b`. */
  readonly decisions: readonly string[];
}

/** What changed in the same way in these products. Names of versions, sorted. */
export interface HistoryChange {
  /** Keys of products. */
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
