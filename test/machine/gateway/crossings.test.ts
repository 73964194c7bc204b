import { describe, expect, it } from 'vitest';
import { Crossings, type OpenWay } from '../../../lib/machine/gateway/crossings';
import { relayAddress, relayedCommand, relayedOptions } from '../../../lib/machine/gateway/relayed';
import {
  credentialsIn,
  hostOf,
  inReleaseAddress,
  isFolder,
  type MappedSource,
  mappedSource,
  portOf,
  wayName,
  withFolders,
} from '../../../lib/machine/gateway/source-address';

const way = (name: string): OpenWay => ({ addresses: [name], proxy: undefined });
const [plain, site, secure] = [way('1'), way('2'), way('3')];
const mapped: readonly MappedSource[] = [
  { uri: 'http://site.example:443/ppa', real: 'https://site.example:443/ppa/', authorization: 'Basic x' },
  { uri: 'http://site.example:443/ppa/deep/', real: 'https://site.example:443/ppa/deep/', authorization: 'Basic y' },
  { uri: 'http://folder.invalid:80/srv/', real: 'file:///srv/' },
];
const crossings = new Crossings(
  new Map([
    ['http://a.example:80', plain],
    ['http://a.example:8080', site],
    ['https://site.example:443', secure],
    ['https://[2001:db8::1]:443', secure],
  ]),
  mapped,
);
const of = (url: string) => crossings.of(new URL(url));

describe('a request', () => {
  it.each([
    ['http://a.example/x?y#z', 'http://a.example/x?y#z', plain, undefined],
    ['http://A.example:80/', 'http://a.example/', plain, undefined],
    ['http://a.example:8080/', 'http://a.example:8080/', site, undefined],
    ['http://site.example:443/ppa/x?y=z', 'https://site.example/ppa/x?y=z', secure, mapped[0]],
    ['http://site.example:443/ppa/deep/x', 'https://site.example/ppa/deep/x', secure, mapped[1]],
    ['http://folder.invalid/srv/x', 'file:///srv/x', { addresses: [], proxy: undefined }, mapped[2]],
    ['http://folder.invalid/srv/..%2fx', 'file:///srv/..%2fx', { addresses: [], proxy: undefined }, mapped[2]],
  ])('for %s goes to %s', (asked, target, taken, source) => {
    const found = of(asked);
    expect([found?.target.href, found?.way, found?.mapped]).toEqual([target, taken, source]);
    expect(Object.keys(found ?? {})).toEqual(source ? ['target', 'way', 'mapped'] : ['target', 'way']);
  });

  it.each([
    ...['https://site.example/x', 'http://b.example/', 'http://a.example:81/', 'http://me@a.example/'],
    ...['http://:word@a.example/', 'ftp://a.example/', 'http://site.example:443/pp', 'http://site.example:443/ppax'],
    ...['..%2f', '%2e%2e%2f', '%252e%252e%252f', '..%5c', '..;/', 'a/..%2fb', 'a%5c..%5cb'].map(
      (climb) => `http://site.example:443/ppa/${climb}x`,
    ),
  ])('for %s goes nowhere', (url) => {
    expect(of(url)).toBeUndefined();
  });

  it('with two dots in the middle of a name climbs nowhere', () => {
    expect(of('http://site.example:443/ppa/a..b/c%20..d')?.target.pathname).toBe('/ppa/a..b/c%20..d');
  });
});

describe('a tunnel', () => {
  it.each([
    ['site.example:443', 'https://site.example/'],
    ['SITE.example:443', 'https://site.example/'],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]/'],
  ])('to %s leads to %s', (authority, href) => {
    const found = crossings.ofTunnel(authority);
    expect([found?.target.href, found?.way]).toEqual([href, secure]);
  });

  it.each([
    ...['site.example', 'site.example:', 'site.example:x', ':443', 'site.example:443/x', 'site.example:99999'],
    ...['x site.example:443', 'me@site.example:443', 'other.example:443', 'a.example:80', '[site.example]:443'],
    ...['[::1]:443x', 'site.example:8443'],
  ])('to %s leads nowhere', (authority) => {
    expect(crossings.ofTunnel(authority)).toBeUndefined();
  });
});

describe('the address of a source in an image', () => {
  it.each([
    ['file:/srv/my archive//', 'http://folder.invalid:80/srv/my%20archive/', 'file:///srv/my%20archive/'],
    ['FILE:///srv', 'http://folder.invalid:80/srv/', 'file:///srv/'],
  ])('is for the folder %s %s', (uri, given, real) => {
    expect(isFolder({ uri })).toBe(true);
    expect(mappedSource({ uri })).toEqual({ uri: given, real });
  });

  it('has no credentials, which go by a header instead', () => {
    const credentials = { user: 'me', password: 'a:b' };
    const authorization = `Basic ${Buffer.from('me:a:b').toString('base64')}`;
    expect(mappedSource({ uri: 'https://s.example/ppa//', credentials })).toEqual({
      ...{ uri: 'http://s.example:443/ppa/', real: 'https://s.example:443/ppa/', authorization },
    });
    expect(mappedSource({ uri: 'http://s.example/ppa', credentials })).toEqual({
      ...{ uri: 'http://s.example/ppa', real: 'http://s.example:80/ppa/', authorization },
    });
    expect(mappedSource({ uri: 'https://me:a%3ab@s.example:8443/x' })).toEqual({
      ...{ uri: 'http://s.example:8443/x/', real: 'https://s.example:8443/x/', authorization },
    });
    expect(mappedSource({ uri: 'http://you@s.example/', credentials })?.authorization).toBe(authorization);
  });

  it.each(['http://s.example/x', 'https://s.example/', 'profile:/x'])('is the same for %s', (uri) => {
    expect([mappedSource({ uri }), isFolder({ uri })]).toEqual([undefined, false]);
  });

  it('is shown as it was given where it is a folder', () => {
    const text = 'E: http://folder.invalid:80/srv/x and http://folder.invalid:80/y, http://folder.invalid/';
    expect(withFolders(text)).toBe('E: file:///srv/x and file:///y, http://folder.invalid/');
  });
});

describe('an address', () => {
  it.each([
    ['http://me:s%c3%a9cret@a/', { user: 'me', password: 'sécret' }],
    ['http://me@a/', { user: 'me', password: '' }],
    ['http://:word@a/', { user: '', password: 'word' }],
    ['http://m%40e:1%2500%@a/', { user: 'm@e', password: '1%00%' }],
    ['http://a/', undefined],
  ])('%s may hold credentials', (url, credentials) => {
    expect(credentialsIn(new URL(url))).toEqual(credentials);
  });

  it.each([
    ['http://a/ubuntu', 'noble', 'http://a/ubuntu/dists/noble/InRelease'],
    ['http://me:s3cret@a/ubuntu///', 'noble', 'http://a/ubuntu/dists/noble/InRelease'],
    ['http://a/x', '//stable/', 'http://a/x/stable/InRelease'],
    ['http://a/x', 'a/b', 'http://a/x/dists/a/b/InRelease'],
  ])('of %s and %s is asked first', (uri, suite, address) => {
    expect(inReleaseAddress({ uri, suite }).href).toBe(address);
  });

  it.each([
    ['http://a.example/x', '80', 'http://a.example:80', 'a.example'],
    ['https://a.example', '443', 'https://a.example:443', 'a.example'],
    ['https://a.example:80', '80', 'https://a.example:80', 'a.example'],
    ['http://[::1]:3128/', '3128', 'http://[::1]:3128', '::1'],
  ])('%s is a way', (address, port, name, host) => {
    const url = new URL(address);
    expect([portOf(url), wayName(url), hostOf(url)]).toEqual([port, name, host]);
  });
});

describe('a program behind the relay', () => {
  it('has a network of its own, and ends with the relay', () => {
    expect(relayedCommand(['apt-get', 'update'], { socket: '/s' }, '/tools')).toEqual([
      ...['unshare', '--net', '--', 'perl', '/tools/relay.pl', '/s', '--'],
      ...['setpriv', '--pdeathsig', 'KILL', '--', 'apt-get', 'update'],
    ]);
    expect(relayedCommand(['x'], { socket: '/s' }, 'tools')[4]).toBe(`${process.cwd()}/tools/relay.pl`);
  });

  it('takes the relay for its proxy, and no other', () => {
    expect(relayedOptions).toEqual(
      ['http', 'https'].flatMap((scheme) => [
        `#clear Acquire::${scheme}::Proxy;`,
        `#clear Acquire::${scheme}::Proxy-Auto-Detect;`,
        `#clear Acquire::${scheme}::ProxyAutoDetect;`,
        `Acquire::${scheme}::Proxy "http://127.0.0.1:3128";`,
      ]),
    );
    expect(relayAddress).toBe('http://127.0.0.1:3128');
  });
});
