import { isIP } from 'node:net';
import { withoutPasswords } from '../../errors';
import { refusalOf } from './addresses';
import type { Way } from './crossings';
import type { GatewayParts, GatewaySource } from './gateway-parts';
import { hostOf, inReleaseAddress, isFolder, mappedSource, wayName } from './source-address';
import { connectUpstream, type Upstream } from './upstream';

/** Maximum number of redirections, the same as apt's. */
const mostHops = 10;

/**
 * Requests from every source the file that apt reads first, and follows redirections.
 * @returns the ways that apt will need, by name
 */
export async function findWays(all: readonly GatewaySource[], parts: GatewayParts): Promise<Map<string, Way>> {
  const sources = all.filter((source) => !isFolder(source));
  using upstream = connectUpstream(parts.ca);
  const ways = new Ways(sources, parts);
  const once = new Map(sources.map((source) => [inReleaseAddress(source).href, source]));
  await Promise.all([...once.values()].map((source) => follow(source, ways, upstream, parts)));
  return ways.found();
}

async function follow(source: GatewaySource, ways: Ways, upstream: Upstream, { log }: GatewayParts): Promise<void> {
  const first = inReleaseAddress(source);
  const authorization = mappedSource(source)?.authorization;
  let next: URL | undefined = first;
  for (let hops = 0; next !== undefined && hops <= mostHops; hops++) {
    const url: URL = next;
    const way = await ways.to(url);
    if ('refusal' in way) return log(`${shown(url)}: ${way.refusal}`);
    const secret = authorization !== undefined && wayName(url) === wayName(first) ? { authorization } : {};
    try {
      const answer = await upstream.ask(url, way, { 'user-agent': 'maas-mirror', ...secret });
      answer.on('error', () => {}).destroy();
      next = redirection(url, answer.statusCode ?? 0, answer.headers.location);
      log(`${shown(url)}: ${answer.statusCode}${next ? `, redirected to ${shown(next)}` : ''}`);
    } catch (error) {
      return log(`${shown(url)}: ${withoutPasswords((error as Error).message || String(error))}`);
    }
  }
}

function redirection(from: URL, status: number, location: string | undefined): URL | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  return to && /^https?:$/.test(to.protocol) ? to : undefined;
}

/** Omits the query: in a redirection it may contain a signature that is as good as a password. */
function shown(url: URL): string {
  return JSON.stringify(`${wayName(url)}${url.pathname}`).slice(1, -1);
}

/** Finds each way only once. */
class Ways {
  private readonly known = new Map<string, Promise<Way>>();
  private readonly named: ReadonlySet<string>;

  constructor(
    sources: readonly GatewaySource[],
    private readonly parts: GatewayParts,
  ) {
    this.named = new Set(sources.map((source) => wayName(inReleaseAddress(source))));
  }

  to(url: URL): Promise<Way> {
    const name = wayName(url);
    const way = this.known.get(name) ?? this.find(url, this.named.has(name));
    this.known.set(name, way);
    return way;
  }

  async found(): Promise<Map<string, Way>> {
    return new Map(await Promise.all([...this.known].map(async ([name, way]) => [name, await way] as const)));
  }

  private async find(url: URL, named: boolean): Promise<Way> {
    const { siteProxy, own } = this.parts;
    const [host, proxy] = [hostOf(url), siteProxy(url)];
    const isAddress = isIP(host) !== 0;
    const mention = named ? (isAddress ? 'address' : 'name') : 'redirect';
    // With a proxy, names are not resolved here: perhaps only the proxy can.
    const addresses = isAddress || proxy === undefined ? await this.resolved(host) : [];
    const refusals = addresses.map((address) => refusalOf(address, host, mention, own));
    const allowed = addresses.filter((_, index) => refusals[index] === undefined);
    const refusal = refusals.find((one) => one !== undefined);
    if (allowed.length === 0 && refusal !== undefined) return { refusal, status: 403 };
    if (proxy !== undefined) return { addresses: [], proxy };
    return allowed.length > 0 ? { addresses: allowed, proxy } : { refusal: `cannot resolve ${host}`, status: 502 };
  }

  private async resolved(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    // Reported when a program requests it.
    return this.parts.resolve(host).catch(() => []);
  }
}
