import { beforeAll, describe, expect, it } from 'vitest';
import { aptUpdate } from '../../lib/machine/apt';
import { proxyOptions, proxyVariables } from '../../lib/machine/apt-network';
import { configureApt } from '../../lib/machine/apt-settings';
import { startProxy } from '../fixtures/forward-proxy';
import { inSmallTree } from '../fixtures/in-small-tree';
import { serveArchive } from '../fixtures/served-archive';
import { type SmallRelease, smallRelease } from '../fixtures/small-release';

describe('the variables of a proxy', () => {
  it.each<[string, string | undefined, Record<string, string | undefined>, Record<string, string>]>([
    ['are none where there are none', undefined, { PATH: '/bin', all_proxy: 'http://a' }, {}],
    ['are those of the environment', undefined, { http_proxy: 'http://a:1' }, { http_proxy: 'http://a:1' }],
    [
      'may be in capitals there',
      undefined,
      { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:1', NO_PROXY: 'c,.d' },
      { http_proxy: 'http://a:1', https_proxy: 'http://b:1', no_proxy: 'c,.d' },
    ],
    [
      'count more in small letters',
      undefined,
      { HTTP_PROXY: 'http://b', http_proxy: 'http://a' },
      { http_proxy: 'http://a' },
    ],
    ['are nothing where they are empty', undefined, { http_proxy: '', no_proxy: '' }, {}],
    [
      'are in capitals where the small ones are empty',
      undefined,
      { http_proxy: '', HTTP_PROXY: 'http://b' },
      { http_proxy: 'http://b' },
    ],
    [
      'need no scheme there, but for apt',
      undefined,
      { http_proxy: 'a:3128', https_proxy: 'me:s3cret@b:3128', no_proxy: 'c' },
      { http_proxy: 'http://a:3128', https_proxy: 'http://me:s3cret@b:3128', no_proxy: 'c' },
    ],
    ['keep the scheme that they have', undefined, { https_proxy: 'https://a' }, { https_proxy: 'https://a' }],
    ['do not count beside one that is given', 'http://g', { http_proxy: 'http://a', no_proxy: '*' }, {}],
  ])('%s', (_, given, environment, variables) => {
    expect(proxyVariables(given, environment)).toEqual(variables);
  });
});

describe('an apt in an image', () => {
  let small: SmallRelease;
  beforeAll(async () => {
    small = await smallRelease();
  }, 300_000);

  /** Lets an apt read an archive that only a proxy can find; what the proxy was asked for. */
  async function updatedThrough(
    wayOf: (proxy: string) => { readonly options?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  ): Promise<string[]> {
    await using archive = await serveArchive(small.archive);
    await using proxy = await startProxy({ hosts: { 'archive.example': new URL(archive.url).port } });
    const { options = [], env = {} } = wayOf(proxy.address);
    const { keyring, release: suite } = small;
    await inSmallTree(async (chroot) => {
      await configureApt(
        chroot.path,
        [{ uri: 'http://archive.example', suite, components: ['main'], keyring }],
        options,
      );
      await aptUpdate(chroot);
    }, env);
    return proxy.requests;
  }

  const inRelease = 'GET http://archive.example/dists/bookworm/InRelease';

  it('goes through a proxy that only the environment names', async () => {
    const requests = await updatedThrough((proxy) => ({
      env: proxyVariables(undefined, { HTTP_PROXY: proxy.replace('http://', '') }),
    }));
    expect(requests).toContain(inRelease);
  });

  it('goes through the proxy that is given, whatever the environment says', async () => {
    const requests = await updatedThrough((proxy) => ({
      options: proxyOptions(proxy),
      env: proxyVariables(proxy, { http_proxy: 'http://127.0.0.1:9', no_proxy: '*' }),
    }));
    expect(requests).toContain(inRelease);
  });
});
