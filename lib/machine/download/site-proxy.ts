import { MirrorError, withoutPasswords } from '../../errors';
import type { Network } from './connections';

/** The proxy of the site that an address is reached through; undefined where it is reached without one. */
export type SiteProxy = (target: URL) => URL | undefined;

/**
 * Which proxy counts, as an apt without ours would take it: the one that is given, for everything; else that of the
 * machine's apt; else that of the environment.
 * @param aptOptions lines of the machine's apt.conf
 * @throws NotSupported for a proxy that speaks no HTTP
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
    // apt takes what is set for http where nothing is set for https.
    const names = [scheme, 'http'].flatMap((one) => [`${one}::proxy::${target.hostname}`, `${one}::proxy`]);
    const found = names.map((name) => configured.get(name)).find((value) => value !== undefined);
    if (found !== undefined) return /^(?:DIRECT|false)$/i.test(found) ? undefined : proxyAddress(found);
    return proxyOfEnvironment(target, environment);
  };
}

/** Lines that say which proxy apt takes, and those that make apt ask a program for one. */
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

/** As curl and apt read no_proxy: names and what ends in them, addresses, `*`; a port where one is named. */
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
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new MirrorError('NotSupported', `the proxy ${withoutPasswords(address)} is not an HTTP proxy`, {
    hint: 'give an address such as http://proxy.example.com:3128 with --proxy',
  });
}
