import type { Match } from '../../publication/state/withdrawals';

/** What a mark matches in the documents of one view. It is small: the view need not stay in memory. */
export interface Matched {
  readonly view: string;
  /** Of all its products. */
  readonly keys: ReadonlySet<string>;
  readonly found: readonly Found[];
  /**
   * By the keys of products whose newest version it matches: the rollback that ends that, or what lifts a hold before it or
   * instead. @default - they would be refused
   */
  readonly rollbacks: ReadonlyMap<string, readonly string[]>;
  /** The keys of its products that have nothing to go back to. @default - none whose newest version it matches */
  readonly stuck: ReadonlySet<string>;
  /** By the keys of what it offers of the mark's release; undefined if no promotion would take the newest version. */
  readonly offers: ReadonlyMap<string, Offered | undefined>;
  /** Contents of the mark's release that failed a check there: no promotion takes them. */
  readonly failed: ReadonlySet<string>;
}

/** The newest version of a product. */
export interface Offered {
  readonly content: string;
  /** The checks that it has passed. */
  readonly passed: readonly string[];
}

export interface Found {
  /** Its key. */
  readonly product: string;
  readonly release: string;
  readonly version: string;
  readonly by: Match['by'];
  /** Whether it is the newest version of the product. */
  readonly isNewest: boolean;
  /** The view where it was built. @default - not known to be another one */
  readonly from?: string;
}
