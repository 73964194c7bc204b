import { refused } from '../refusals/synth-error';

/**
 * The networks of CIDRs as prefixes of their addresses in hexadecimal digits, preceded by `4` or `6`: `10.0.0.0/8` is `40a`.
 * A prefix length that is not a multiple of four bits takes up to eight of them. The function at the edge, which has less
 * than a millisecond, then only compares strings.
 * @throws BadInput for an invalid CIDR
 */
export function addressBeginnings(cidrs: readonly string[]): string[] {
  return [...new Set(cidrs.flatMap((cidr, at) => beginningsOf(cidr, at)))].sort();
}

/** Whether any of these is an IPv6 prefix. */
export function hasIpv6(beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => beginning.startsWith('6'));
}

function beginningsOf(cidr: string, at: number): string[] {
  const [, address = '', length = ''] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(cidr) ?? [];
  const digits = address.includes(':') ? digitsOfIpv6(address) : digitsOfIpv4(address);
  const bits = Number(length);
  if (digits === undefined || bits > digits.length * 4) throw badCidr(cidr, at);

  const kind = address.includes(':') ? '6' : '4';
  const whole = Math.floor(bits / 4);
  const rest = bits % 4;
  const beginning = `${kind}${digits.slice(0, whole)}`;
  if (rest === 0) return [beginning];
  const count = 2 ** (4 - rest);
  const first = Math.floor(Number.parseInt(digits[whole] ?? '0', 16) / count) * count;
  return Array.from({ length: count }, (_, at) => `${beginning}${(first + at).toString(16)}`);
}

function digitsOfIpv4(address: string): string | undefined {
  const numbers = address.split('.');
  if (numbers.length !== 4 || !numbers.every((number) => /^(0|[1-9]\d{0,2})$/.test(number) && Number(number) <= 255)) {
    return undefined;
  }
  return numbers.map((number) => Number(number).toString(16).padStart(2, '0')).join('');
}

/** URL accepts every spelling of such an address and returns the shortest. */
function digitsOfIpv6(address: string): string | undefined {
  if (!URL.canParse(`http://[${address}]/`)) return undefined;
  const [head = '', tail = ''] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::').map(groups);
  return `${head}${'0'.repeat(32 - head.length - tail.length)}${tail}`;
}

function groups(side: string): string {
  if (side === '') return '';
  return side
    .split(':')
    .map((group) => group.padStart(4, '0'))
    .join('');
}

function badCidr(cidr: string, at: number): Error {
  return refused(
    ['allowedCidrs', at],
    `is ${JSON.stringify(cidr)}, not a valid network`,
    'use networks such as 198.51.100.0/24 or 2001:db8::/32; a single address is 198.51.100.7/32',
  );
}
