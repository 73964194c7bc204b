import type { SiteProxy } from '../download/site-proxy';
import type { OwnNames } from './addresses';

/** A source of packages that this build was told of. A user and password in its address count as its credentials. */
export interface GatewaySource {
  readonly uri: string;
  readonly suite: string;
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** What the parts of a gateway have in common. */
export interface GatewayParts {
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly own: OwnNames;
  readonly siteProxy: SiteProxy;
  /** Trusted certificates, PEM. */
  readonly ca: readonly string[];
  readonly log: (line: string) => void;
}
