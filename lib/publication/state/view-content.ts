/* publication/state: what operators decided and what is remembered: state, shelf, ledger, history. */

import type { Products } from '../../simplestreams/types';
import type { Repaired, What } from './history';
import type { Ledger } from './ledger';
import type { Shelf } from './shelf';
import type { ViewState } from './view-state';
import type { Withdrawal } from './withdrawal';

/** The content of a view: everything that a change depends on, and everything that it can change. */
export interface ViewContent {
  readonly view: string;
  /** By content id. A view that is not published has none. */
  readonly documents: ReadonlyMap<string, Products>;
  readonly state: ViewState;
  readonly shelf: Shelf;
  readonly ledger: Ledger;
  /** As it is published, for snapshots. @default - it is not published */
  readonly signed?: SignedContent;
}

/** How the content of a view is signed. */
export interface SignedContent {
  /** sha256 of index.sjson. */
  readonly index: string;
  /** Of the signed documents, by content id, relative to the view. */
  readonly paths: ReadonlyMap<string, string>;
}

/** What the view's history says about a change. */
export interface Note {
  readonly what: What;
  /** As the caller said: `anna@ops1`. */
  readonly by?: string;
  readonly reason?: string;
  /** Id of the AWS request. */
  readonly request?: string;
  readonly execution?: string;
  /** The view that it comes from. */
  readonly from?: string;
  /** What a repair put right. */
  readonly repaired?: Repaired;
}

/**
 * The parts of a view's content that change, whole; the others stay as they are. Names, clocks and the history follow from
 * it: `changeView` adds them. In `ledger`, a change gives what else is to be remembered, such as attestations.
 */
export interface ViewChange extends Partial<Omit<ViewContent, 'view' | 'signed'>> {
  readonly note: Note;
  /**
   * Views whose current documents and shelves promise what this change adds: it is not read again, only its sizes are.
   * @default - everything that is added is read
   */
  readonly offered?: readonly ViewContent[];
  /** Documents that are taken from another view as they are signed there, by content id. @default - none */
  readonly taken?: ReadonlyMap<string, { readonly view: string; readonly path: string }>;
  /** Withdrawals of other views, which the change must obey too. The view's own always are. @default - none */
  readonly withdrawn?: readonly Withdrawal[];
}

/**
 * Makes the change of a view from its current content. If another writer was faster, it is called again with the content
 * that is then current, so it must depend only on its arguments.
 * @param at the time of the change
 * @returns undefined if nothing changes
 */
export type Change = (content: ViewContent, at: Date) => ViewChange | undefined;
