/* publication/offers: which versions of a product may and do enter a view. */

import type { Milliseconds } from '../../job/operations/duration';
import type { Product, Version } from '../../simplestreams/types';
import { timeText } from '../state/kept-ledger';
import type { LedgerRow } from '../state/ledger';
import { contentDigest } from '../state/product-key';
import type { Match, WithdrawnIndex } from '../state/withdrawals';

/** What a version must have to enter a view. */
export interface Wanted {
  readonly at: Date;
  /** How long it must have been published, under this content, in the view that it comes from. @default - not at all */
  readonly after?: Milliseconds;
  /** Checks that must have passed. */
  readonly require: readonly string[];
  /** Why it need not have booted. @default - it must have */
  readonly waived?: string;
}

/** Why a version may not enter a view. */
export type Ineligible =
  /** `view`: the one that it would enter, from which an operator removed it by name. */
  | { readonly why: 'removed'; readonly view: string }
  | { readonly why: 'withdrawn'; readonly match: Match }
  | { readonly why: 'failed'; readonly check: string }
  /** `gate`: the result of its boot test; `unknown` if it has none, such as an import. */
  | { readonly why: 'not booted'; readonly gate: string }
  | { readonly why: 'not attested'; readonly check: string }
  /** `since`: when it was published; ISO 8601. */
  | { readonly why: 'young'; readonly since: string };

/**
 * Why a version may not enter a view, or undefined. What waiting cannot change comes first: it must not look like a matter of time.
 * @param row what the view that it comes from remembers of the product
 * @param withdrawn the withdrawals of all views, for the view that it would enter
 */
export function ineligible(
  product: Product,
  name: string,
  version: Version,
  row: LedgerRow | undefined,
  withdrawn: WithdrawnIndex,
  wanted: Wanted,
): Ineligible | undefined {
  const content = contentDigest(version);
  const match = withdrawn.of(product, name, version);
  if (match !== undefined) return { why: 'withdrawn', match };
  return (
    failedCheck(row, content) ??
    unbooted(product, version, wanted) ??
    missingCheck(row, content, wanted) ??
    young(row, content, wanted)
  );
}

/** A failed check blocks even if it is not required. */
function failedCheck(row: LedgerRow | undefined, content: string): Ineligible | undefined {
  const failed = row?.attested[content]?.find(({ passed }) => !passed);
  return failed && { why: 'failed', check: failed.check };
}

/** Bootloaders have no boot test of their own. */
function unbooted(product: Product, { gate = 'unknown' }: Version, { waived }: Wanted): Ineligible | undefined {
  const mayBeUntested = product['bootloader-type'] !== undefined || waived !== undefined;
  return gate === 'passed' || mayBeUntested ? undefined : { why: 'not booted', gate };
}

function missingCheck(row: LedgerRow | undefined, content: string, { require }: Wanted): Ineligible | undefined {
  const passed = new Set((row?.attested[content] ?? []).map(({ check }) => check));
  const check = require.find((one) => !passed.has(one));
  return check === undefined ? undefined : { why: 'not attested', check };
}

/** What the ledger does not know counts as published now. */
function young(row: LedgerRow | undefined, content: string, { at, after }: Wanted): Ineligible | undefined {
  if (after === undefined) return undefined;
  const since = row?.since[content] ?? timeText(at);
  return at.getTime() - Date.parse(since) < after ? { why: 'young', since } : undefined;
}
