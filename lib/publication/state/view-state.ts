import type { Hold } from './holds';
import type { Withdrawal } from './withdrawal';

/** built: has a recipe; promoted: filled from another; selected: a filter and a mix over others; frozen: a snapshot. */
export const viewKinds = ['built', 'promoted', 'selected', 'frozen'] as const;
export type ViewKind = (typeof viewKinds)[number];

/**
 * What operators decided about a view. It is a document below `streams/`, which the field `state` of the index names by its
 * sha256, so that it changes together with the products, by the one compare-and-swap of the index. Readers ignore the field.
 * Fields that this release does not know are kept: a change spreads what it was given.
 */
export interface ViewState {
  readonly format: 'view-state:1';
  /** Its own name, so that a state cannot be used for another view. */
  readonly view: string;
  readonly kind: ViewKind;
  /**
   * Whether an older release made the view, or its state was lost, so that its kind is not known: it counts as built, but
   * may be set to get its versions from others, until it is built. @default false
   */
  readonly upgraded?: boolean;
  /** Where its versions come from. @default - its recipe; of a promoted view, promotions by hand */
  readonly source?: ViewSource;
  /** sha256 of the part of mirror.yaml that was applied last. */
  readonly configured?: string;
  /** Its deletion has begun: nothing else may change it. @default - it has not */
  readonly deleting?: boolean;
  readonly withdrawals: readonly Withdrawal[];
  readonly holds: readonly Hold[];
}

/** One of these, according to the kind of the view. */
export interface ViewSource {
  readonly promote?: Promotion;
  /** The first part that matches a product decides; a product without one is not in the view. */
  readonly select?: readonly SelectedPart[];
  readonly snapshot?: SnapshotOf;
}

/** A promotion that the timer or scheduler repeats. */
export interface Promotion {
  readonly from: string;
  /** How long a version must have been published there: `3d`. @default - not at all */
  readonly after?: string;
  /** Checks that must have passed. */
  readonly require?: readonly string[];
}

/** A part of a selected view. A single part without a filter makes a site view: it follows `from`. */
export interface SelectedPart {
  readonly from: string;
  /** The products' field `release`, or `bootloaders`. @default - all */
  readonly releases?: readonly string[];
  /** @default - all */
  readonly architectures?: readonly string[];
  /** MAAS's names. @default - all */
  readonly flavours?: readonly string[];
}

export interface SnapshotOf {
  readonly from: string;
  /** sha256 of the index.sjson that was there. */
  readonly index: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The views that get their versions from a view, which cannot be deleted before they get them elsewhere. @param states of all views */
export function filledFrom(from: string, states: ReadonlyMap<string, ViewState>): (readonly [string, ViewState])[] {
  return [...states].filter(([, { source }]) => {
    return source?.promote?.from === from || source?.select?.some((part) => part.from === from);
  });
}
