import type { Version } from '../../simplestreams/types';

/** Versions that have left the documents of a view and may come back: pending and withdrawn ones. Their objects are kept. */
export interface Shelf {
  readonly format: 'view-shelf:1';
  /** By product id. */
  readonly products: Readonly<Record<string, ShelfProduct>>;
}

/** What is needed to offer the product again, even if the documents have lost it. */
export interface ShelfProduct {
  /** Of the document that it belongs to. */
  readonly content_id: string;
  /** All fields of the product except `versions`. */
  readonly fields: Readonly<Record<string, string>>;
  /** By name. */
  readonly versions: Readonly<Record<string, ShelfEntry>>;
}

export interface ShelfEntry {
  readonly why: 'held' | 'withdrawn';
  /** When it came here; ISO 8601, UTC. */
  readonly since: string;
  readonly version: Version;
}
