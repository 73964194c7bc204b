import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, interceptors, Pool } from 'undici';
import { MirrorError, withoutPasswords } from '../../errors';

/** How this machine reaches others. */
export interface Network {
  /** Address of an HTTP proxy that everything goes through. @default - http_proxy, https_proxy and no_proxy, if set */
  readonly proxy?: string;
  /** Certificates in PEM that are trusted beside the system's. @default - none */
  readonly ca?: string;
}

/** Connections by these settings; closed when the scope ends. */
export interface Connections extends AsyncDisposable {
  readonly dispatcher: Dispatcher;
  /** To be given with every request, too: undici forgets it on the way through a proxy. */
  readonly limits: { readonly headersTimeout: number; readonly bodyTimeout: number };
}

/**
 * @param redirections how many are followed, to wherever they lead
 * @param silenceMs how long nothing may come before a request is given up; a slow one may take all the time it wants
 * @throws BadInput (misuse) where the proxy is no address or the CA no certificate
 */
export function connect({ proxy, ca }: Network, silenceMs: number, redirections = 5): Connections {
  const trust = { ca: trusted(ca), timeout: silenceMs };
  const limits = { headersTimeout: silenceMs, bodyTimeout: silenceMs };
  const common = { ...limits, connect: trust };
  const proxied = {
    ...common,
    requestTls: trust,
    proxyTls: trust,
    // Plain http goes through as http: squid as installed refuses CONNECT to any port but 443.
    proxyTunnel: false,
    // A proxy may fall silent before it has made a tunnel.
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
    // Not close(): it would wait for the rest of an answer that nobody reads any more.
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

interface Proxies {
  readonly http: string | undefined;
  readonly https: string | undefined;
  readonly none: string;
}

/** One that is given counts for all addresses; else the variables of the environment, as curl and apt read them. */
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
  if (url && ['http:', 'https:'].includes(url.protocol)) return address;
  throw new MirrorError('BadInput', `${name} ${withoutPasswords(address)} is no address of an HTTP proxy`, {
    hint: 'an address is like http://proxy.example.com:3128',
    misuse: true,
  });
}

/** What Node trusts, what this system trusts beside it (a company's CA is often installed there), and the given ones. */
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
    if (found.length === 0) throw new Error('there is no certificate in it');
    return found.map((one) => new X509Certificate(one).toString());
  } catch (cause) {
    throw new MirrorError('BadInput', `the extra CA cannot be read: ${(cause as Error).message}`, {
      hint: 'give a file of certificates in PEM: -----BEGIN CERTIFICATE-----',
      cause,
      misuse: true,
    });
  }
}
