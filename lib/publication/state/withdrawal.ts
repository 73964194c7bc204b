/**
 * The mark on a version that no view may offer as new any more, by its name and by what it is made of. Every writer reads
 * the marks of all views.
 */
export interface Withdrawal {
  /** 12 hex digits. Marks that one operation sets in several views have the same id. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** As the caller said: `anna@ops1`. */
  readonly by?: string;
  readonly reason?: string;
  /** Id of the AWS request. */
  readonly request?: string;
  /** Whether the same mark was set in every view. It is obeyed in every view in any case. @default false */
  readonly everywhere?: boolean;
  /** The view that the operator named. */
  readonly view: string;
  /** The products' field `release`, or `bootloaders`. */
  readonly release: string;
  readonly version: string;
  /** What was named; empty: all. */
  readonly architectures: readonly string[];
  /** MAAS's names, `hwe-24.04`. */
  readonly flavours: readonly string[];
  /** One for each product that had the version. */
  readonly parts: readonly WithdrawnPart[];
}

/** A product of a withdrawn version, with the digests (lower-case hex) of what a machine boots. */
export interface WithdrawnPart {
  /** {@link productKey}: the same in every view. */
  readonly product: string;
  readonly version: string;
  /** Absent if only the kernel is withdrawn (`--flavour`): it then matches under every root and initrd. */
  readonly root?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  /** Bootloaders instead: digests by item. */
  readonly items?: Readonly<Record<string, string>>;
  /** What it was made from, by which a build that would make it again is recognised. */
  readonly made: Made;
}

/** What decides the content of a version, as far as it is known (an import knows nothing). */
export interface Made {
  readonly base_sha256?: string;
  readonly packages?: string;
  readonly recipe?: string;
  readonly inputs?: string;
  readonly image_package?: string;
  readonly image_version?: string;
  /** Of bootloaders: `shim-signed 1.58.2+15.8-0ubuntu2 noble`, sorted. */
  readonly sources?: readonly string[];
}
