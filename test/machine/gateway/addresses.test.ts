import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOf, type OwnNames, refusalOf } from '../../../lib/machine/gateway/addresses';

const own: OwnNames = { addresses: ['198.51.100.7', '2001:db8::7', 'fe80::1%eth0'], hostname: 'builder' };

describe('an address', () => {
  it.each([
    ...['127.0.0.1', '127.255.0.9', '::1', '198.51.100.7', '2001:db8::7', '2001:0db8:0::0007'].map((a) => [a, 'own']),
    ...['169.254.169.254', '169.254.170.2', 'fe80::2', 'fd00:ec2::254', '168.63.129.16'].map((a) => [a, 'link-local']),
    ...['10.0.0.1', '172.31.255.1', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fd12::1'].map((a) => [a, 'private']),
    ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1', '2002:7f00:1::', 'fec0::1'].map((a) => [
      a,
      'special',
    ]),
    ...['nonsense', '', '1.2.3', '::ffff:0:127.0.0.1', '64:ff9b:1::1'].map((a) => [a, 'special']),
    ...['1.1.1.1', '172.32.0.1', '11.0.0.1', '2606:4700::1', '64:ff9b::1.1.1.1'].map((a) => [a, 'public']),
  ])('%s is %s', (address, kind) => {
    expect(kindOf(address as string, own)).toBe(kind);
  });

  it('of version 4 is the same in every way to write it in version 6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const hex = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
        const words = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
        const written = [`::ffff:${address}`, `::FFFF:${words}`, `0:0:0:0:0:ffff:${words}`, `64:ff9b::${address}`];
        for (const one of written) expect([one, kindOf(one, own)]).toEqual([one, kindOf(address, own)]);
      }),
    );
  });

  it('of this machine is so in every way to write it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.boolean(), (address, loud) => {
        const written = isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
        const machine = { addresses: [loud ? written.toUpperCase() : written] };
        expect(kindOf(address, machine)).toBe('own');
      }),
    );
  });
});

describe('where a host leads', () => {
  it.each<[string, string, 'address' | 'name' | 'redirect', boolean]>([
    ['127.0.0.1', '127.0.0.1', 'address', true],
    ['169.254.169.254', '169.254.169.254', 'address', true],
    ['127.0.0.1', '127.0.0.2', 'address', false],
    ['mirror.corp', '10.0.0.5', 'name', true],
    ['mirror.corp', '127.0.0.1', 'name', false],
    ['mirror.corp', '198.51.100.7', 'name', false],
    ['mirror.corp', '169.254.169.254', 'name', false],
    ['localhost', '127.0.0.1', 'name', true],
    ['localhost', '169.254.169.254', 'name', false],
    ['Builder', '127.0.1.1', 'name', true],
    ['builder.corp.example', '198.51.100.7', 'name', true],
    ['builder-evil.example', '127.0.0.1', 'name', false],
    ['cdn.example', '1.1.1.1', 'redirect', true],
    ['cdn.example', '10.0.0.5', 'redirect', false],
    ['localhost', '127.0.0.1', 'redirect', false],
    ['10.0.0.5', '10.0.0.5', 'redirect', false],
  ])('%s may lead to %s where the request has it as %s: %s', (host, address, mention, may) => {
    expect(refusalOf(address, host, mention, own) === undefined).toBe(may);
  });
});
