import { byBytes } from '../../simplestreams/version-order';
import type { Attestation, LedgerRow } from './ledger';

/** A row with these results of a content, too: of each check, the latest result counts. */
export function withResults(row: LedgerRow, content: string, results: readonly Attestation[]): LedgerRow {
  if (results.length === 0) return row;
  return { ...row, attested: { ...row.attested, [content]: latestOf([...(row.attested[content] ?? []), ...results]) } };
}

/** The latest result of each check, in the order of their names. Of two at one time, the later one in the list. */
function latestOf(results: readonly Attestation[]): Attestation[] {
  const latest = new Map<string, Attestation>();
  for (const result of results) {
    const known = latest.get(result.check);
    if (known === undefined || Date.parse(result.at) >= Date.parse(known.at)) latest.set(result.check, result);
  }
  return [...latest.values()].sort((one, other) => byBytes(one.check, other.check));
}

/** What is remembered of a product that enters a view under this name. */
export function newRow(top: string): LedgerRow {
  return { top, gone: {}, since: {}, attested: {} };
}
