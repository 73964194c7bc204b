import { describe, expect, it } from 'vitest';
import { isProxyLine, siteProxyOf } from '../../../lib/machine/download/site-proxy';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxies of an http and an https address, and of one at another port. */
function proxiesOf(given: string | undefined, options: readonly string[], environment: Environment): string[] {
  const siteProxy = siteProxyOf(given === undefined ? {} : { proxy: given }, options, environment);
  const targets = ['http://a.example/x', 'https://a.example/', 'http://b.a.example:8080/'];
  return targets.map((target) => siteProxy(new URL(target))?.href ?? '-');
}

describe('the proxy of a site', () => {
  it.each<[string, string | undefined, readonly string[], Environment, string[]]>([
    ['is none where there is none', undefined, [], { PATH: '/bin', all_proxy: 'http://p' }, ['-', '-', '-']],
    ['may be of the environment', undefined, [], { http_proxy: 'http://p:1' }, ['http://p:1/', '-', 'http://p:1/']],
    [
      'may be in capitals there',
      undefined,
      [],
      { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:1' },
      ['http://p:1/', 'http://q:1/', 'http://p:1/'],
    ],
    [
      'counts more in small letters',
      undefined,
      [],
      { HTTP_PROXY: 'http://q', http_proxy: 'http://p' },
      ['http://p/', '-', 'http://p/'],
    ],
    ['is nothing where it is empty', undefined, [], { http_proxy: '', https_proxy: '' }, ['-', '-', '-']],
    [
      'is in capitals where the small one is empty',
      undefined,
      [],
      { http_proxy: '', HTTP_PROXY: 'q' },
      ['http://q/', '-', 'http://q/'],
    ],
    [
      'needs no scheme and may have a password',
      undefined,
      [],
      { https_proxy: 'me:s3cret@q:3128' },
      ['-', 'http://me:s3cret@q:3128/', '-'],
    ],
    [
      'is not taken for excepted hosts',
      undefined,
      [],
      { http_proxy: 'p', no_proxy: 'c, a.example:80' },
      ['-', '-', 'http://p/'],
    ],
    [
      'is not taken for what ends in excepted names',
      undefined,
      [],
      { http_proxy: 'p', no_proxy: '.a.example' },
      ['-', '-', '-'],
    ],
    [
      'is taken for no host at all',
      undefined,
      [],
      { http_proxy: 'p', https_proxy: 'p', NO_PROXY: '*' },
      ['-', '-', '-'],
    ],
    [
      'is rather that of the machine’s apt, which counts for https, too',
      undefined,
      ['Acquire::http::Proxy "http://m:3142";'],
      { http_proxy: 'http://p', https_proxy: 'http://p', no_proxy: '*' },
      ['http://m:3142/', 'http://m:3142/', 'http://m:3142/'],
    ],
    [
      'may be another or none for single hosts and schemes',
      undefined,
      [
        'Acquire::http::Proxy "http://m";',
        'Acquire::http::Proxy::b.a.example "DIRECT";',
        'Acquire::https::Proxy "http://n";',
      ],
      {},
      ['http://m/', 'http://n/', '-'],
    ],
    [
      'is the one that is given, whatever else is said',
      'http://g',
      ['Acquire::http::Proxy "http://m";'],
      { http_proxy: 'http://p', no_proxy: '*' },
      ['http://g/', 'http://g/', 'http://g/'],
    ],
  ])('%s', (_, given, options, environment, proxies) => {
    expect(proxiesOf(given, options, environment)).toEqual(proxies);
  });

  it.each([
    ['speaks no HTTP', 'socks5h://me:s3cret@p:1080', 'socks5h://p:1080 is not a valid HTTP proxy URL'],
    [
      'may have its host in its password',
      'http://me:12/s3cret@p:1080',
      'http://p:1080 is not a valid HTTP proxy URL: it may have part of a password as its host: write /, ? and # in a password as %2F, %3F and %23, and @ in a path as %40',
    ],
  ])('refuses one that %s, without its password', (_, proxy, message) => {
    expect(() => proxiesOf(undefined, [`Acquire::http::Proxy "${proxy}";`], {})).toThrow(
      expect.objectContaining({
        ...{ name: 'NotSupported', message: `the proxy ${message}` },
        hint: 'specify a URL such as http://proxy.example.com:3128 with --proxy',
      }),
    );
  });

  it.each([
    ['Acquire::http::Proxy "http://p";', true],
    ['Acquire::https::Proxy::host "DIRECT";', true],
    ['Acquire::http::Proxy-Auto-Detect "/usr/bin/x";', true],
    ['Acquire::http::ProxyAutoDetect "/usr/bin/x";', true],
    ['Acquire::http::Pipeline-Depth "0";', false],
    ['Acquire::https::CAInfo "/etc/proxy.pem";', false],
  ])('is what %s is about: %s', (line, about) => {
    expect(isProxyLine(line)).toBe(about);
  });
});
