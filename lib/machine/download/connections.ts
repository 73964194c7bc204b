import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, interceptors, Pool } from 'undici';
import { MirrorError } from '../../errors';
import { ambiguousRule, isAmbiguous, shownAddress } from '../../given-address';

/** Network settings of this machine. */
export interface Network {
  /** URL of an HTTP proxy for all connections. @default - http_proxy, https_proxy and no_proxy, if set */
  readonly proxy?: string;
  /** Additional CA certificates in PEM. @default - none */
  readonly ca?: string;
}

/** Connections with these settings; closed when the scope ends. */
export interface Connections extends AsyncDisposable {
  readonly dispatcher: Dispatcher;
  /** Pass these with every request, too: undici ignores those of the agent for connections through a proxy. */
  readonly limits: { readonly headersTimeout: number; readonly bodyTimeout: number };
}

/**
 * @param redirections maximum number of redirections, to any host
 * @param silenceMs maximum time without data; the total time is not limited
 * @throws BadInput (misuse) if the proxy is not a valid URL or the CA not a certificate
 */
export function connect({ proxy, ca }: Network, silenceMs: number, redirections = 5): Connections {
  const trust = { ca: trusted(ca), timeout: silenceMs };
  const limits = { headersTimeout: silenceMs, bodyTimeout: silenceMs };
  const common = { ...limits, connect: trust };
  const proxied = {
    ...common,
    requestTls: trust,
    proxyTls: trust,
    // Forward plain HTTP without a tunnel: squid's default configuration allows CONNECT only to port 443.
    proxyTunnel: false,
    // Time limits for a proxy that stops responding before it has opened a tunnel.
    clientFactory: (origin: URL, options: object) => new Pool(origin, { ...options, ...limits }),
  };
  const { http, https, none } = proxiesOf(proxy);
  const agent =
    http === undefined && https === undefined
      ? new Agent(common)
      : new EnvHttpProxyAgent({ ...proxied, httpProxy: http ?? '', httpsProxy: https ?? '', noProxy: none });
  return {
    dispatcher: agent.compose(interceptors.redirect({ maxRedirections: redirections })),
    limits,
    // Not close(): it would wait for the rest of a response that is no longer read.
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

interface Proxies {
  readonly http: string | undefined;
  readonly https: string | undefined;
  readonly none: string;
}

/** A given proxy applies to all URLs; otherwise the environment variables apply, as for curl and apt. */
function proxiesOf(given: string | undefined): Proxies {
  if (given !== undefined) {
    const address = proxyAddress(given, 'the proxy');
    return { http: address, https: address, none: '' };
  }
  const { env } = process;
  const from = (name: string) => {
    const value = env[name] || env[name.toUpperCase()] || undefined;
    return value && proxyAddress(value, name);
  };
  return { http: from('http_proxy'), https: from('https_proxy'), none: env.no_proxy ?? env.NO_PROXY ?? '' };
}

function proxyAddress(value: string, name: string): string {
  const address = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const fault = url === undefined ? '' : faultOfProxy(url, address);
  if (fault === undefined) return address;
  throw new MirrorError('BadInput', `${name} ${shownAddress(address)} is not a valid HTTP proxy URL${fault}`, {
    hint: 'specify a URL such as http://proxy.example.com:3128',
    misuse: true,
  });
}

/** What is wrong with a URL as a proxy; undici's own error would not name it. */
function faultOfProxy(url: URL, address: string): string | undefined {
  const { protocol, pathname, search, hash, username, password } = url;
  if (isAmbiguous(address)) return `: it ${ambiguousRule}`;
  if (!['http:', 'https:'].includes(protocol)) return '';
  if (pathname !== '/' || search !== '' || hash !== '') return ': it has a path, query or fragment';
  try {
    decodeURIComponent(`${username}:${password}`);
    return undefined;
  } catch {
    return ': its user or password is not valid percent-encoded UTF-8: write a percent sign as %25';
  }
}

/** Certificates that Node trusts, those that this system trusts (often including a company CA), and the given ones. */
export function trusted(ca: string | undefined): string[] {
  const extra = certificatesIn(ca);
  // since Node 22.15
  const known = tls.getCACertificates as typeof tls.getCACertificates | undefined;
  const own = known ? [...known('default'), ...known('system')] : [...tls.rootCertificates];
  return [...new Set([...own, ...extra])];
}

function certificatesIn(pem: string | undefined): string[] {
  if (pem === undefined) return [];
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    if (found.length === 0) throw new Error('it contains no certificate');
    return found.map((one) => new X509Certificate(one).toString());
  } catch (cause) {
    throw new MirrorError('BadInput', `cannot read the additional CA certificates: ${(cause as Error).message}`, {
      hint: 'specify a file of PEM certificates, which begin with -----BEGIN CERTIFICATE-----',
      cause,
      misuse: true,
    });
  }
}
