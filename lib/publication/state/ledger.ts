/** What is remembered of each product of a view, also of one that it does not have any more. */
export interface Ledger {
  readonly format: 'view-ledger:1';
  /** By product id. */
  readonly products: Readonly<Record<string, LedgerRow>>;
}

/** Contents are named by `contentDigest`. */
export interface LedgerRow {
  /** The highest name that the product ever had here, in the documents or on the shelf. */
  readonly top: string;
  /** Content by name: the newest names that are neither in the documents nor on the shelf any more. */
  readonly gone: Readonly<Record<string, string>>;
  /** The highest name that fell out of `gone`: from there down, contents are not known. */
  readonly forgotten?: string;
  /** When a content came into the documents, ISO 8601; only of contents that are in them. The clock of `--after`. */
  readonly since: Readonly<Record<string, string>>;
  /** Results by content, one per check. */
  readonly attested: Readonly<Record<string, readonly Attestation[]>>;
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
