import { MirrorError } from '../../errors';
import { ambiguousRule, isAmbiguous, shownAddress } from '../../given-address';
import type { Network } from './connections';

/** The site's proxy for a URL; undefined if it is reached directly. */
export type SiteProxy = (target: URL) => URL | undefined;

/**
 * Selects the proxy as apt itself would: a given one for everything; otherwise that of the machine's apt; otherwise that
 * of the environment.
 * @param aptOptions lines of the machine's apt.conf
 * @throws NotSupported for a proxy other than HTTP
 */
export function siteProxyOf(
  { proxy }: Network,
  aptOptions: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SiteProxy {
  if (proxy !== undefined) return () => proxyAddress(proxy);
  const configured = new Map(aptOptions.flatMap((line) => aptProxyOf(line)));
  return (target) => {
    const scheme = target.protocol.slice(0, -1);
    // apt falls back to the http settings if https has none.
    const names = [scheme, 'http'].flatMap((one) => [`${one}::proxy::${target.hostname}`, `${one}::proxy`]);
    const found = names.map((name) => configured.get(name)).find((value) => value !== undefined);
    if (found !== undefined) return /^(?:DIRECT|false)$/i.test(found) ? undefined : proxyAddress(found);
    return proxyOfEnvironment(target, environment);
  };
}

/** Whether a line sets apt's proxy or a program that detects one. */
export function isProxyLine(line: string): boolean {
  return /^(?:#clear )?Acquire::(?:https?|ftp)::Proxy(?:[-:;" ]|AutoDetect)/i.test(line);
}

function aptProxyOf(line: string): [name: string, value: string][] {
  const [, name, value] = /^Acquire::(https?::Proxy(?:::[^" ]+)?) "(.+)";$/i.exec(line) ?? [];
  return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]];
}

function proxyOfEnvironment(target: URL, environment: Readonly<Record<string, string | undefined>>): URL | undefined {
  const from = (name: string) => environment[name] || environment[name.toUpperCase()] || undefined;
  const value = from(`${target.protocol.slice(0, -1)}_proxy`);
  return value === undefined || isExcepted(target, from('no_proxy') ?? '') ? undefined : proxyAddress(value);
}

/** Interprets no_proxy as curl and apt do: domains with their subdomains, addresses, `*`; optionally with a port. */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const own = port || (protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    const [, name = '', only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (entry === '*') return true;
    return name !== '' && (only ?? own) === own && (hostname === name || hostname.endsWith(`.${name}`));
  });
}

function proxyAddress(value: string): URL {
  const address = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && !isAmbiguous(address)) return url;
  const fault = isAmbiguous(address) ? `: it ${ambiguousRule}` : '';
  throw new MirrorError('NotSupported', `the proxy ${shownAddress(address)} is not a valid HTTP proxy URL${fault}`, {
    hint: 'specify a URL such as http://proxy.example.com:3128 with --proxy',
  });
}
