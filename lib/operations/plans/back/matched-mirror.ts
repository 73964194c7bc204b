import { commandLine } from '../../../job/operations/commands';
import { type Hold, heldBy } from '../../../publication/state/holds';
import { fieldsOfKey } from '../../../publication/state/product-key';
import type { ViewState } from '../../../publication/state/view-state';
import type { Found, Matched } from '../matched';

/** How a view stops offering a version. */
export interface WayBack {
  /** None would be refused. Empty: there is none by now. */
  readonly commands: readonly string[];
  /** Why not by going back, and what else. @default - by going back */
  readonly why?: string;
}

/** What a mark matches in all views. */
export interface MatchedMirror {
  /** By name. */
  readonly views: ReadonlyMap<string, Matched & { readonly newest: ReadonlyMap<string, Found> }>;
  readonly states: ReadonlyMap<string, ViewState>;
  /** What {@link knownInstead} has said: it is the same for all products of an architecture. */
  readonly instead: Map<string, WayBack>;
}

/** What a view offers as the newest. */
export type What = Pick<Found, 'product' | 'release' | 'from'>;

export const heldThere = ({ release }: Pick<What, 'release'>) => `${release} is held there`;

/** The command that lifts what holds one of these products; undefined if nothing does. */
export function unholdCommand(
  view: string,
  release: string,
  products: readonly string[],
  holds: readonly Hold[],
): string | undefined {
  const [hold, ...others] = holds.filter((one) =>
    products.some((product) => heldBy({ holds: [one] }, fieldsOfKey(product)) !== undefined),
  );
  if (hold === undefined) return undefined;
  return commandLine(['unhold', view, release], others.length === 0 ? hold : {});
}
