import { BlockList, isIP, isIPv4 } from 'node:net';

/** How a build knows a host: from an IP address in a source, a name in a source, or only from a redirection. */
export type Mention = 'address' | 'name' | 'redirect';

/** Addresses and name of this machine. */
export interface OwnNames {
  readonly addresses: readonly string[];
  readonly hostname: string;
}

/**
 * The reason why programs of an image may not connect to an address; undefined if they may. An IP address in a source is
 * always allowed, since it is intended (a cache on this machine). The owner of a name decides what it resolves to, so a
 * name may lead into the site's network, but not to this machine or to servers that hand out credentials. A redirection
 * may lead only to public addresses.
 * @param host as in the request or the redirection
 */
export function refusalOf(address: string, host: string, mention: Mention, own: OwnNames): string | undefined {
  if (mention === 'address' && sameAddress(address, host)) return undefined;
  const kind = kindOf(address, own);
  if (kind === 'public' || (kind === 'private' && mention !== 'redirect')) return undefined;
  if (kind === 'own' && mention === 'name' && isOwnName(host, own)) return undefined;
  return sameAddress(address, host) ? `${host} is ${words[kind]}` : `${host} resolves to ${address}, ${words[kind]}`;
}

export type AddressKind = keyof typeof words | 'public';

const words = {
  own: 'an address of this machine',
  'link-local': 'a link-local address (cloud machines get their credentials there)',
  private: 'a private address',
  special: 'not an address of a server',
} as const;

export function kindOf(address: string, own: Pick<OwnNames, 'addresses'>): AddressKind {
  const plain = unmapped(address);
  if (isIP(plain) === 0) return 'special';
  if (own.addresses.some((one) => sameAddress(one, plain))) return 'own';
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6';
  return lists.find(([, nets]) => nets[family].check(plain, family))?.[0] ?? 'public';
}

/** `::ffff:127.0.0.1` and 64:ff9b::7f00:1 reach the same host as 127.0.0.1. */
function unmapped(address: string): string {
  const text = canonical(address);
  const [, high, low] = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(text) ?? [];
  if (low === undefined) return text === '64:ff9b::' ? '0.0.0.0' : text;
  const number = (Number.parseInt(high ?? '0', 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.');
}

function sameAddress(one: string, other: string): boolean {
  return isIP(bare(one)) !== 0 && isIP(bare(other)) !== 0 && canonical(one) === canonical(other);
}

/** The canonical form of an address according to the URL standard. */
function canonical(address: string): string {
  const plain = bare(address);
  return isIP(plain) === 6 ? bare(new URL(`http://[${plain}]`).hostname) : plain;
}

/** An address without the brackets of a URL and without the zone id. */
function bare(address: string): string {
  return address.replace(/^\[|\]$/g, '').replace(/%.*/, '');
}

function isOwnName(host: string, { hostname }: OwnNames): boolean {
  const [name, own] = [host.toLowerCase().replace(/\.$/, ''), hostname.toLowerCase()];
  return name === 'localhost' || name.endsWith('.localhost') || (own !== '' && `${name}.`.startsWith(`${own}.`));
}

/** The first match counts. */
const lists = (
  [
    ['own', ['127.0.0.0/8', '::1/128']],
    [
      'link-local',
      // EC2 and ECS; EC2 over IPv6; Azure, Oracle and Alibaba.
      ...[['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '168.63.129.16/32', '192.0.0.192/32', '100.100.100.200/32']],
    ],
    ['special', ['0.0.0.0/8', '192.0.0.0/24', '224.0.0.0/3']],
    ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.18.0.0/15', 'fc00::/7']],
    // Everything outside 2000::/3, and Teredo and 6to4, which a router may translate to an IPv4 address.
    ['special', ['::/3', '4000::/2', '8000::/1', '2001::/32', '2002::/16']],
  ] as const
).map(([kind, nets]) => [kind, listOf(nets)] as const);

/** Separate lists, because Node also matches an IPv4 address against IPv6 entries, as ::ffff:… */
function listOf(nets: readonly string[]): Record<'ipv4' | 'ipv6', BlockList> {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const net of nets) {
    const [address = '', bits] = net.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    lists[family].addSubnet(address, Number(bits), family);
  }
  return lists;
}
