/** What an operation did, or would do. JSON, for the command line, pages and feeds; people read texts made of it. */
export interface OperationOutcome {
  /** Time and digest of the plan: `20261130T101500Z-1f2e3d4c5b6a7988`. */
  readonly plan: string;
  /** The time of the plan, from which new names are made; ISO 8601, UTC. */
  readonly at: string;
  /** In the order in which they are changed. */
  readonly views: readonly ViewOutcome[];
  readonly remarks: readonly Remark[];
  /** Selected views that were updated afterwards. Empty for a dry run. */
  readonly followed: readonly Followed[];
  /** What a reader of this must know. */
  readonly needs: readonly string[];
}

export interface ViewOutcome {
  readonly view: string;
  readonly lines: readonly PlanLine[];
  /** How many further lines the answer of a function has no room for. @default - none */
  readonly more?: number;
  /** Whether it was changed; always false for a dry run. */
  readonly moved: boolean;
  /** Of a dry run: the name of the error with which this would be refused. Its line says why. @default - it would be done */
  readonly refused?: string;
}

/** A selected view that was updated after its source. */
export interface Followed {
  readonly view: string;
  readonly moved: boolean;
  /** Why it could not be updated: name and message of the error. @default - it could */
  readonly failure?: string;
}

/**
 * One thing that an operation does:
 *
 * - offer: `version` enters the documents, as `name`; take back: it leaves them, and `newest` is then the newest
 * - hold back: it goes to the shelf as pending
 * - mark, unmark: withdraws, restores; attest: records a result
 * - leave out: a product that has no suitable version; pass over: a version that is not suitable, and an older one is taken
 * - set: a field of the view's state; create, delete: the view; with `name` if a promotion creates it
 * - drop: a product leaves the documents
 */
export interface PlanLine {
  readonly does:
    | 'offer'
    | 'take back'
    | 'hold back'
    | 'mark'
    | 'unmark'
    | 'attest'
    | 'leave out'
    | 'pass over'
    | 'set'
    | 'create'
    | 'delete'
    | 'drop';
  /** {@link productKey}. @default - it is about the whole view */
  readonly product?: string;
  /** Its present name. */
  readonly version?: string;
  /** The name that it gets. */
  readonly name?: string;
  /** The newest name of the product before, and after. */
  readonly before?: string;
  readonly newest?: string;
  /** A reason, one word or a clause. */
  readonly why?: string;
  /** What one MAAS downloads more. */
  readonly bytes?: number;
}

/** What people should know that is not a change. */
export interface Remark {
  /**
   * - still offered: `view` keeps offering `version` (a snapshot, a view without `--all-views`)
   * - not read: `view` cannot be read, so that nothing is known of it; `why`, and what to do
   * - not done: the same, and it was to be changed; `commands` do that once it can be read
   * - being deleted: `view`, which therefore was left out; `commands` finish it if it was interrupted
   * - matched: the withdrawal also matches `version` of `product` in `view`
   * - only the kernel: nothing else changed since `before`
   * - depends: `why` uses what is dropped
   * - keeps: a MAAS that has it keeps it; `commands` remove it there, `why` says at what price
   * - replaced: a MAAS that has it gets by itself what is offered now of `release` and `architecture`
   * - older: `version` of `product`, which is promoted, is older than `before`, which `view` has
   * - conditions: `why`, what the setting of `view` demands of a promotion
   * - download: `bytes` of what one MAAS downloads for `release` and `architecture`
   * - still held: `commands` lift the other holds of what was named
   * - not offered: what was restored is not, and `view` offers `version` of `product`; `why`, and the `commands` that offer it
   * - sites follow: when, and by which `commands` at once
   * - undo: `commands`; where they do not lead back for sure, `why` says what they do
   */
  readonly about:
    | 'not read'
    | 'not done'
    | 'still offered'
    | 'being deleted'
    | 'matched'
    | 'only the kernel'
    | 'depends'
    | 'keeps'
    | 'replaced'
    | 'older'
    | 'conditions'
    | 'download'
    | 'still held'
    | 'not offered'
    | 'sites follow'
    | 'undo';
  readonly view?: string;
  readonly product?: string;
  readonly release?: string;
  readonly architecture?: string;
  readonly version?: string;
  readonly before?: string;
  readonly bytes?: number;
  readonly why?: string;
  readonly commands?: readonly string[];
}
