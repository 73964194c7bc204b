import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { aptUpdate } from '../../../lib/machine/apt/apt';
import { enterChroot } from '../../../lib/machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import { type SmallRelease, smallRelease } from '../../fixtures/images/small-release';
import { startProxy } from '../../fixtures/servers/forward-proxy';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { aptTree } from '../../fixtures/trees/apt-tree';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

describe('an apt in an image', () => {
  let small: SmallRelease;
  beforeAll(async () => {
    small = await smallRelease();
  });

  /** Lets an apt read an archive that only a proxy can find; what the proxy was asked for. */
  async function updatedThrough(
    wayOf: (proxy: string) => { readonly options?: readonly string[]; readonly given?: string },
  ): Promise<string[]> {
    await using archive = await serveArchive(small.archive);
    await using proxy = await startProxy({ hosts: { 'archive.example': new URL(archive.url).port } });
    const { options = [], given } = wayOf(proxy.address);
    const { keyring, release: suite } = small;
    await inSmallTree(async (_, openApt) => {
      const repository = { uri: 'http://archive.example', suite, components: ['main'], keyring };
      await aptUpdate(await openApt([repository], options, given));
    });
    return proxy.requests;
  }

  const inRelease = 'GET http://archive.example/dists/bookworm/InRelease';

  it('goes through a proxy that only the environment names', async () => {
    const requests = await updatedThrough((proxy) => {
      vi.stubEnv('HTTP_PROXY', proxy.replace('http://', ''));
      return {};
    }).finally(() => vi.unstubAllEnvs());
    expect(requests).toContain(inRelease);
  });

  it('goes through the proxy that only the machine’s apt knows', async () => {
    const requests = await updatedThrough((proxy) => ({ options: [`Acquire::http::Proxy "${proxy}";`] }));
    expect(requests).toContain(inRelease);
  });

  it('goes through the proxy of the build, whatever proxies the image has or has a program find', async () => {
    await using archive = await serveArchive(small.archive);
    const scratch = temporaryFolder();
    await using image = await mountSquashfs(small.base, scratch);
    await using base = await mountOverlay([image.path], scratch);
    // Read after all of apt.conf.d.
    const settings = [
      ...['http', 'https'].map((scheme) => `Acquire::${scheme}::Proxy "http://127.0.0.1:9";`),
      'Acquire::http::Proxy::127.0.0.1 "DIRECT";',
      'Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";',
    ];
    writeFileSync(join(base.path, 'etc/apt/apt.conf'), settings.join('\n'));
    const detect = '#!/bin/sh\ntouch /var/lib/apt/lists/detected\necho DIRECT\n';
    writeFileSync(join(base.path, 'usr/bin/detect'), detect, { mode: 0o755 });
    await using root = await mountOverlay([image.path], scratch);
    await using chroot = await enterChroot(root.path, 'buildspecs');
    const { keyring, release: suite } = small;
    await using apt = await aptTree(chroot, base.path, [{ uri: archive.url, suite, components: ['main'], keyring }]);
    await aptUpdate(apt);

    const lists = readdirSync(join(root.path, 'var/lib/apt/lists'));
    expect(lists).toContainEqual(expect.stringMatching(/_InRelease$/));
    expect(lists).not.toContain('detected');
  });

  it('goes through the proxy that is given, whatever environment and apt say', async () => {
    const requests = await updatedThrough((proxy) => {
      vi.stubEnv('http_proxy', 'http://127.0.0.1:9');
      vi.stubEnv('no_proxy', '*');
      return { options: ['Acquire::http::Proxy "DIRECT";'], given: proxy };
    }).finally(() => vi.unstubAllEnvs());
    expect(requests).toContain(inRelease);
  });
});
