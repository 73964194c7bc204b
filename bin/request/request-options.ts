import type { SourcesOptions } from './sources-from';

/** The options of `maas-mirror build`, as commander passes them. */
export interface RequestOptions extends SourcesOptions {
  readonly config?: string;
  readonly view?: string;
  readonly arch?: string;
  readonly kernel?: string;
  readonly optionalKernel?: string;
  readonly ppa?: readonly string[];
  /** Files with deb822 stanzas. */
  readonly repository?: readonly string[];
  /** `HOST=NAME`: the name of the credentials for a repository's host. */
  readonly credentials?: readonly string[];
  /** True: all of -proposed. */
  readonly proposed?: string | true;
  readonly package?: readonly string[];
  readonly purge?: readonly string[];
  readonly compression?: string;
  readonly serial?: string;
  readonly bootTest?: boolean;
  /** Minutes. */
  readonly bootTimeout?: string;
  readonly bootloaders?: boolean;
  readonly base?: string;
  readonly rebuild?: boolean;
}
