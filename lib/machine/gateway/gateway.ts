/* machine/gateway: the only way to the network for programs of a foreign tree. */

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

/** The only way out for programs of an image: see {@link openGateway}. */
export interface Gateway extends AsyncDisposable {
  /** Path of a Unix socket in a folder that only root can enter. */
  readonly socket: string;
  /** Lines of apt.conf for an apt behind {@link relayedCommand}; to come last. */
  readonly options: readonly string[];
  /**
   * The address to write into the image for a source. One with credentials becomes a plain http address without them:
   * the gateway asks the real one, with the credentials, so that they are in no tree. So does a folder of this machine.
   */
  uriOf(source: Pick<GatewaySource, 'uri' | 'credentials'>): string;
}

export interface GatewayOptions {
  /** Lines of the machine's apt.conf: a proxy in them counts where none is given. @default none */
  readonly aptOptions?: readonly string[];
  /** Addresses of a name. @default - as this machine resolves it */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** @default - what this machine has */
  readonly own?: OwnNames;
  /** Gets each line that is for the log of the build. @default - it is printed */
  readonly log?: (line: string) => void;
}

/**
 * Opens the one way that programs of an image may have to the network. Every source is asked once, before anything of an
 * image runs, and redirections are followed: the hosts and ports that are found so, at the addresses that they have now,
 * are all that the proxy behind the socket connects to. A source that does not answer is not an error here: apt will say.
 * @param scratch where the folder of the socket is made
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

/** Nobody has typed it at a machine of AWS, whose files are none of theirs. */
function refuseInCloud({ uri }: GatewaySource): void {
  if (!isMachineOfCodeBuild(process.env)) return;
  throw new MirrorError('NotSupported', `${uri} is a folder of the machine that builds, which only you have`, {
    hint: 'serve the archive over http or https, where build machines in AWS reach it',
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
