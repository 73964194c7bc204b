import { z } from 'zod';
import { byBytes } from '../../simplestreams/version-order';
import { parseDocument } from './parse-document';

/** What is remembered of one product. Contents are named by `contentDigest`. */
export interface LedgerRow {
  /** The highest name that the product ever had here, in the documents or on the shelf. */
  readonly top: string;
  /** Content by name: the highest names that are neither in the documents nor on the shelf any more. */
  readonly gone: Readonly<Record<string, string>>;
  /** The highest name that fell out of `gone`: from there down, contents are not known. */
  readonly forgotten?: string;
  /** When a content came into the documents, ISO 8601; only of contents that are in them. The clock of `--after`. */
  readonly since: Readonly<Record<string, string>>;
  /** Results by content, one per check. */
  readonly attested: Readonly<Record<string, readonly Attestation[]>>;
  /** Contents that were removed by name, until one is the newest again; sorted. @default - none */
  readonly removed?: readonly string[];
}

/** What is remembered of every product that a view ever had. */
export interface Ledger {
  readonly format: 'view-ledger:1';
  /** By product id. */
  readonly products: Readonly<Record<string, LedgerRow>>;
}

/** The latest result of a check. */
export interface Attestation {
  readonly check: string;
  readonly passed: boolean;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by?: string;
  readonly link?: string;
  /** Where it was attested, and under which name. */
  readonly view: string;
  readonly version: string;
}

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

/** A row that also remembers that a content was removed by name. */
export function withRemoved(row: LedgerRow, content: string): LedgerRow {
  return { ...row, removed: [...new Set([...(row.removed ?? []), content])].sort(byBytes) };
}

/** What is remembered of a product that enters a view under this name. */
export function newRow(top: string): LedgerRow {
  return { top, gone: {}, since: {}, attested: {} };
}

export const emptyLedger: Ledger = { format: 'view-ledger:1', products: {} };

/** @throws BadFormat; NotSupported if a newer release has written it */
export function parseLedger(text: string, where: string): Ledger {
  const shape = z.looseObject({});
  return parseDocument(text, where, { name: 'ledger of a view', format: 'view-ledger:1', shape, row });
}

const content = z.string().regex(/^[0-9a-f]{32}$/);
const time = z.iso.datetime();
const name = z.string().min(1);

const row = z.looseObject({
  top: name,
  gone: z.record(name, content),
  forgotten: name.optional(),
  since: z.record(content, time),
  attested: z.record(
    content,
    z.array(
      z.looseObject({
        check: z.string(),
        passed: z.boolean(),
        at: time,
        by: z.string().optional(),
        link: z.string().optional(),
        view: z.string(),
        version: z.string(),
      }),
    ),
  ),
  removed: z.array(content).optional(),
});
