import { type MappedSource, portOf, wayName } from './source-address';

/** How to reach one host and port, determined before any program of an image ran. */
export type Way = OpenWay | { readonly refusal: string; readonly status: 403 | 502 };

export interface OpenWay {
  /** The only addresses to connect to; empty if the site's proxy connects. */
  readonly addresses: readonly string[];
  readonly proxy: URL | undefined;
}

/** An allowed request: the URL to request in its place, and how to reach it. */
export interface Crossing {
  readonly target: URL;
  readonly way: Way;
  readonly mapped?: MappedSource;
}

/** Everything that programs of an image can reach. */
export class Crossings {
  constructor(
    /** By {@link wayName}. */
    private readonly ways: ReadonlyMap<string, Way>,
    private readonly mapped: readonly MappedSource[],
  ) {}

  /** Where to send a request for a URL; undefined if it is not allowed. */
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

  /** How to reach an HTTPS server, with TLS between it and the program in the image. @param authority `host:port` */
  ofTunnel(authority: string): { readonly target: URL; readonly way: Way } | undefined {
    if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):\d+$/i.test(authority)) return undefined;
    const address = `https://${authority}`;
    const target = URL.canParse(address) ? new URL(address) : undefined;
    const way = target && this.ways.get(wayName(target));
    return target && way && { target, way };
  }
}

/**
 * Whether a server may interpret a path as leading out of its folder (`..%2f`, `%252e%252e%252f`, `..%5c`, `..;/`). The
 * folder's credentials would be sent along.
 */
function climbs(path: string): boolean {
  if (path.split(/[/\\]/).some((part) => part.startsWith('..'))) return true;
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return decoded !== path && climbs(decoded);
}

/** For a folder on this machine. */
const noWay: OpenWay = { addresses: [], proxy: undefined };

function withPort(uri: string): string {
  const url = new URL(uri);
  return `http://${url.hostname}:${portOf(url)}${url.pathname.replace(/\/*$/, '/')}`;
}
