/** One file of a version. Every field is here, never on a higher level: MAAS does not look there. */
export interface Item {
  /** The file type for MAAS: `boot-kernel`, `squashfs`, `archive.tar.xz`, … */
  readonly ftype: string;
  /** Relative to the view, `noble/amd64/20261120/squashfs`. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The kernel package that curtin installs when this image is deployed. Boot files only. */
  readonly kpackage?: string;
  /** Source package, its version and the release it came from. Bootloaders only. */
  readonly src_package?: string;
  readonly src_version?: string;
  readonly src_release?: string;
}

/** What was published at one time. Fields other than `items` are strings that MAAS ignores. */
export interface Version {
  readonly items: Readonly<Record<string, Item>>;
  readonly kernel_version?: string;
  /** Digest of the unchanged base image. */
  readonly base_sha256?: string;
  /** Digest of what was requested. */
  readonly recipe?: string;
  /** Result of the boot test. */
  readonly gate?: string;
  /** Digest of all packages used. */
  readonly packages?: string;
  /** Path of the version's provenance, which is not an item; its sha256 and size in bytes. */
  readonly provenance?: string;
  readonly provenance_sha256?: string;
  readonly provenance_size?: string;
  readonly [field: string]: string | Readonly<Record<string, Item>> | undefined;
}

/** One thing that MAAS offers: string fields, and versions by name. */
export interface Product {
  readonly versions: Readonly<Record<string, Version>>;
  readonly arch?: string;
  readonly label?: string;
  readonly os?: string;
  readonly release?: string;
  readonly version?: string;
  readonly subarch?: string;
  readonly kflavor?: string;
  readonly [field: string]: string | Readonly<Record<string, Version>> | undefined;
}

/** A products document. */
export interface Products {
  /** `com.ubuntu.maas:candidate:v3:download` */
  readonly content_id: string;
  readonly datatype: 'image-downloads';
  readonly format: 'products:1.0';
  /** RFC 2822 with a numeric offset. */
  readonly updated: string;
  readonly products: Readonly<Record<string, Product>>;
}

/** The entry of one products document in an index. Other people's indexes may omit the optional fields. */
export interface IndexEntry {
  readonly datatype?: string;
  readonly format?: string;
  /** Relative to the view, `streams/v1/….sjson`. */
  readonly path: string;
  /** Ids of the document's products, sorted. */
  readonly products: readonly string[];
  /** The document's own. */
  readonly updated: string;
}

/** The one document that readers request by name; its entries are keyed by content id. */
export interface Index {
  readonly format: 'index:1.0';
  readonly index: Readonly<Record<string, IndexEntry>>;
  readonly updated: string;
}
