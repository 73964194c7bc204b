import type { SiteProxy } from '../download/site-proxy';
import type { OwnNames } from './addresses';

/** A package source of this build. A user and password in its URL count as its credentials. */
export interface GatewaySource {
  readonly uri: string;
  readonly suite: string;
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** What the parts of a gateway share. */
export interface GatewayParts {
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly own: OwnNames;
  readonly siteProxy: SiteProxy;
  /** Trusted certificates in PEM. */
  readonly ca: readonly string[];
  readonly log: (line: string) => void;
}
