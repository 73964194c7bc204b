/* machine/gateway: the only network access for programs of a foreign tree. */

import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { MirrorError } from '../../errors';
import { type Network, trusted } from '../download/connections';
import { siteProxyOf } from '../download/site-proxy';
import { logLine } from '../log';
import type { OwnNames } from './addresses';
import { isMachineOfCodeBuild } from './code-build';
import { Crossings } from './crossings';
import type { GatewayParts, GatewaySource } from './gateway-parts';
import { findWays } from './preflight';
import { startGatewayProxy } from './proxy';
import { relayedOptions } from './relayed';
import { isFolder, type MappedSource, mappedSource } from './source-address';

export type { GatewaySource } from './gateway-parts';

/** The only network access for programs of an image: see {@link openGateway}. */
export interface Gateway extends AsyncDisposable {
  /** Path of a Unix socket in a folder that only root can access. */
  readonly socket: string;
  /** Lines of apt.conf for an apt behind {@link relayedCommand}; they must come last. */
  readonly options: readonly string[];
  /**
   * The URL to write into the image for a source. A URL with credentials becomes a plain HTTP URL without them, so that no
   * tree contains them: the gateway adds them to its requests to the real URL. A folder on this machine becomes an HTTP
   * URL, too.
   */
  uriOf(source: Pick<GatewaySource, 'uri' | 'credentials'>): string;
}

export interface GatewayOptions {
  /** Lines of the machine's apt.conf; a proxy set there is used unless one is given. @default none */
  readonly aptOptions?: readonly string[];
  /** Resolves a name. @default - with this machine's resolver */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** @default - those of this machine */
  readonly own?: OwnNames;
  /** Receives each line for the build log. @default - prints it */
  readonly log?: (line: string) => void;
}

/**
 * Opens the only network access for programs of an image. Before any of them runs, every source is requested once and
 * redirections are followed. The proxy behind the socket connects only to the hosts and ports found this way, at their
 * current addresses. A source that does not respond is not an error here; apt reports it.
 * @param scratch folder in which to create the socket's folder
 */
export async function openGateway(
  sources: readonly GatewaySource[],
  network: Network,
  scratch: string,
  options: GatewayOptions = {},
): Promise<Gateway> {
  for (const source of sources) if (isFolder(source)) refuseInCloud(source);
  const parts: GatewayParts = {
    resolve: options.resolve ?? addressesOf,
    own: options.own ?? ownNames(),
    siteProxy: siteProxyOf(network, options.aptOptions ?? []),
    ca: trusted(network.ca),
    log: options.log ?? logLine,
  };
  const mapped = sources.map((source) => mappedSource(source)).filter((one): one is MappedSource => one !== undefined);
  const crossings = new Crossings(await findWays(sources, parts), mapped);
  const proxy = await startGatewayProxy(crossings, parts, scratch);
  return {
    socket: proxy.socket,
    options: relayedOptions,
    uriOf: (source) => mappedSource(source)?.uri ?? source.uri,
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** A file: URL refers to the user's machine; a build machine in AWS has other files. */
function refuseInCloud({ uri }: GatewaySource): void {
  if (!isMachineOfCodeBuild(process.env)) return;
  throw new MirrorError('NotSupported', `${uri} is a folder on your machine, which build machines in AWS cannot read`, {
    hint: 'serve the archive over HTTP or HTTPS at a URL that build machines in AWS can reach',
    misuse: true,
  });
}

async function addressesOf(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

function ownNames(): OwnNames {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  return { addresses, hostname: hostname() };
}
