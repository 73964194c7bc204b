/** Keeps every version that is new to a view on its shelf, as long as it stands and matches the product. */
export interface Hold {
  /** 12 hex digits. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** When it ends by itself. @default - when an operator ends it */
  readonly until?: string;
  /** As the caller said: `anna@ops1`. */
  readonly by?: string;
  readonly reason?: string;
  /** Id of the AWS request. */
  readonly request?: string;
  /** The products' field `release`, or `bootloaders`. */
  readonly release: string;
  /** Empty: all. */
  readonly architectures: readonly string[];
  /** MAAS's names, `hwe-24.04`; empty: all. */
  readonly flavours: readonly string[];
  /** The newest version that the view kept, for people and for `unhold`. */
  readonly at?: string;
}
