import { type MappedSource, portOf, wayName } from './source-address';

/** How one host and port are reached, as it was found before anything of an image ran. */
export type Way = OpenWay | { readonly refusal: string; readonly status: 403 | 502 };

export interface OpenWay {
  /** The only ones that are connected to; none where the site's proxy connects. */
  readonly addresses: readonly string[];
  readonly proxy: URL | undefined;
}

/** A request that may pass: what is asked for instead of it, and how. */
export interface Crossing {
  readonly target: URL;
  readonly way: Way;
  readonly mapped?: MappedSource;
}

/** Everything that programs of an image may reach. */
export class Crossings {
  constructor(
    /** By {@link wayName}. */
    private readonly ways: ReadonlyMap<string, Way>,
    private readonly mapped: readonly MappedSource[],
  ) {}

  /** Where a request for a URL goes; undefined where it goes nowhere. */
  of(url: URL): Crossing | undefined {
    if (url.protocol !== 'http:' || url.username !== '' || url.password !== '') return undefined;
    const asked = `http://${url.hostname}:${portOf(url)}${url.pathname}${url.search}`;
    const mapped = this.mapped
      .filter((one) => asked.startsWith(withPort(one.uri)))
      .sort((a, b) => b.real.length - a.real.length)[0];
    if (mapped?.authorization !== undefined && climbs(url.pathname)) return undefined;
    const target = mapped ? new URL(mapped.real + asked.slice(withPort(mapped.uri).length)) : url;
    const way = target.protocol === 'file:' ? noWay : this.ways.get(wayName(target));
    return way && { target, way, ...(mapped && { mapped }) };
  }

  /** The way to a server of https, which the program in the image speaks to itself. @param authority `host:port` */
  ofTunnel(authority: string): { readonly target: URL; readonly way: Way } | undefined {
    if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):\d+$/i.test(authority)) return undefined;
    const address = `https://${authority}`;
    const target = URL.canParse(address) ? new URL(address) : undefined;
    const way = target && this.ways.get(wayName(target));
    return target && way && { target, way };
  }
}

/**
 * Whether a server may read a path as one that leads out of its folder (`..%2f`, `%252e%252e%252f`, `..%5c`, `..;/`), where
 * the credentials of that folder would go along.
 */
function climbs(path: string): boolean {
  if (path.split(/[/\\]/).some((part) => part.startsWith('..'))) return true;
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return decoded !== path && climbs(decoded);
}

/** A folder of this machine. */
const noWay: OpenWay = { addresses: [], proxy: undefined };

function withPort(uri: string): string {
  const url = new URL(uri);
  return `http://${url.hostname}:${portOf(url)}${url.pathname.replace(/\/*$/, '/')}`;
}
