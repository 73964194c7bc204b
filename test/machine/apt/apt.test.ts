import { access, appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import {
  aptInstall,
  aptUpdate,
  carriedOptions,
  machineAptOptions,
  type Repository,
  stanzaOf,
  updateLists,
} from '../../../lib/machine/apt/apt';
import { inReleaseSha256 } from '../../../lib/machine/apt/in-release';
import { run } from '../../../lib/machine/run';
import type { Chroot } from '../../../lib/machine/tree/chroot';
import { verifiedArchives } from '../../../lib/stages/layer/materials';
import { makePpa, type Ppa } from '../../fixtures/images/look-alike/ppa';
import { smallRelease } from '../../fixtures/images/small-release';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

describe('updateLists', () => {
  const ignored = 'Some index files failed to download. They have been ignored, or old ones used instead.';

  it('is content with an apt that says nothing bad', async () => {
    const seen: string[][] = [];
    await updateLists(async (command) => {
      seen.push([...command]);
      return 'Get:1 http://a noble InRelease\nReading package lists...\nW: Target Packages is configured multiple times';
    });

    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('APT::Update::Error-Mode=any');
  });

  it.each([
    [
      'a server that is not there',
      'W: Failed to fetch http://a/dists/noble/InRelease  Could not resolve a',
      'DownloadFailed',
    ],
    [
      'a signature',
      'W: GPG error: http://a noble InRelease: The following … NO_PUBKEY 871920D1991BC93C',
      'BadSignature',
    ],
    ['an index', 'W: Failed to fetch http://a/dists/noble/Packages  Hash Sum mismatch', 'NotReady'],
  ])('refuses what an apt of before 2.1.16 only warns of: %s', async (_, warning, name) => {
    const updated = updateLists(async () => `Hit:1 http://b noble InRelease\n${warning}\nW: ${ignored}`);

    await expect(updated).rejects.toMatchObject({ name, message: expect.stringContaining(warning) });
  });

  it('refuses what apt ends badly for, with the same name', async () => {
    const ended = new MirrorError(
      'CommandFailed',
      "apt-get exited with 100:\nE: The repository 'http://a n' is not signed.",
    );
    const updated = updateLists(() => Promise.reject(ended));

    await expect(updated).rejects.toMatchObject({ name: 'BadSignature', cause: ended });
  });
});

describe('a source', () => {
  const source = { uri: 'http://a.example/ubuntu', suite: 'noble', components: ['main'] };

  it('is a stanza, with dates that are checked whatever apt is told elsewhere where that is wanted', () => {
    const plain = 'Types: deb\nURIs: http://a.example/ubuntu\nSuites: noble\nComponents: main\n';

    expect(stanzaOf(source)).toBe(plain);
    expect(stanzaOf(source, '/k.gpg')).toBe(`${plain}Signed-By: /k.gpg\n`);
    expect(stanzaOf({ ...source, checkDates: true })).toBe(`${plain}Check-Date: yes\nCheck-Valid-Until: yes\n`);
    const options = { 'Check-Valid-Until': 'no', 'By-Hash': 'force', 'Valid-Until-Max': undefined };
    expect(stanzaOf({ ...source, checkDates: true, options })).toBe(
      `${plain}Check-Date: yes\nCheck-Valid-Until: no\nBy-Hash: force\n`,
    );
  });
});

describe('the options of this machine’s apt', () => {
  it('are none where it has no apt: Amazon Linux, on which CodeBuild builds for arm64', async () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(await machineAptOptions().finally(() => vi.unstubAllEnvs())).toEqual([]);
  });

  it.each([
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::https::Proxy "http://proxy.example:3128";',
    'acquire::http::proxy::archive.example "DIRECT";',
    'Acquire::https::CAInfo "/etc/ssl/site.pem";',
    'Acquire::https::CAPath "/etc/ssl/site";',
    'Acquire::http::Timeout "30";',
    'Acquire::http::Pipeline-Depth "0";',
    'Acquire::Retries "3";',
    'Acquire::ForceIPv4 "true";',
    'Acquire::ForceIPv6 "true";',
    'Acquire::Check-Date "false";',
    'Acquire::Check-Valid-Until "false";',
  ])('are carried into an image where they say how archives are reached: %s', (line) => {
    expect(carriedOptions(`APT "";\n${line}\nDir "/";\n`)).toEqual([line]);
  });

  it.each([
    ...['Acquire::AllowInsecureRepositories "true";', 'Acquire::AllowWeakRepositories "true";'],
    ...['Acquire::AllowDowngradeToInsecureRepositories "true";', 'Acquire::AllowReleaseInfoChange "true";'],
    ...['APT::Get::AllowUnauthenticated "true";', 'APT::Sandbox::User "root";'],
    ...['Acquire::https::Verify-Peer "false";', 'Acquire::https::Verify-Host "false";'],
    ...['Acquire::https::SslCert "/root/own.pem";', 'Acquire::https::SslKey "/root/own.key";'],
    ...['Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";', 'Acquire::http::ProxyAutoDetect "/usr/bin/detect";'],
    ...['Dir::Bin::Methods "/tmp/methods";', 'Dir::Bin::Methods::http "/tmp/http";', 'Dir::Bin::gpg "/bin/true";'],
    ...['APT::Update::Pre-Invoke:: "touch /tmp/x";', 'DPkg::Post-Invoke:: "touch /tmp/x";'],
    ...['DPkg::Options:: "--force-all";', 'APT::Default-Release "sid";', 'APT::Key::gpgvcommand "/bin/true";'],
    ...['Acquire::http::Proxy "";', 'xAcquire::Retries "3";', 'Acquire::Retries "3"; Dir "/";'],
  ])('refuses to carry what is trusted, run or chosen by this machine: %s', (line) => {
    expect(carriedOptions(`${line}\n`)).toEqual([]);
  });

  it('are those that its apt-config prints', async () => {
    const bin = temporaryFolder();
    const dump = 'Acquire::Retries "3";\nAcquire::AllowInsecureRepositories "true";\n';
    await writeFile(join(bin, 'apt-config'), `#!/bin/sh\ncat <<'END'\n${dump}END\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
    expect(await machineAptOptions().finally(() => vi.unstubAllEnvs())).toEqual(['Acquire::Retries "3";']);
  });
});

describe('an image whose apt is configured', () => {
  beforeAll(async () => void (await smallRelease()));

  /**
   * As command-not-found, update-notifier, needrestart, pro-client, snapd and others have them; each leaves a file of its
   * name. They belong to a package, and so stay.
   */
  async function putHooks({ path }: Chroot): Promise<void> {
    const hook = (name: string) => `${name} {"touch /var/lib/left-by-${name.replaceAll(':', '')}";};\n`;
    const files = {
      '50command-not-found': hook('APT::Update::Post-Invoke-Success'),
      '99update-notifier': hook('DPkg::Post-Invoke') + hook('APT::Update::Post-Invoke'),
      '99zero': hook('DPkg::Pre-Invoke') + hook('APT::Update::Pre-Invoke'),
      '20apt-esm-hook.conf': hook('APT::Update::Post-Invoke-Stats') + hook('Binary::apt::AptCli::Hooks::Upgrade'),
      '20snapd.conf': hook('AptCli::Hooks::Install'),
      '50listchanges': hook('DPkg::Pre-Install-Pkgs'),
      '99trust': 'Acquire::AllowInsecureRepositories "true";\nAPT::Get::AllowUnauthenticated "true";\n',
    };
    await mkdir(join(path, 'etc/apt/apt.conf.d'), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(path, 'etc/apt/apt.conf.d', name), text);
    const owned = Object.keys(files).map((name) => `/etc/apt/apt.conf.d/${name}\n`);
    await appendFile(join(path, 'var/lib/dpkg/info/apt.list'), owned.join(''));
  }

  const left = ({ path }: Chroot) => run(['find', join(path, 'var/lib'), '-name', 'left-by-*'], { quiet: true });

  async function smallTool(): Promise<Ppa> {
    const packages = [{ name: 'small-tool', version: '1.0', files: { 'usr/bin/small-tool': '#!/bin/sh\n' } }];
    return makePpa(temporaryFolder(), { owner: 'o', name: 'n', release: 'bookworm', packages });
  }

  const repositoryOf = (uri: string, { keyring, release }: Ppa): Repository => ({
    ...{ uri, suite: release, components: ['main'], keyring },
  });

  it('updates and installs without what the image hooks into that', async () => {
    const ppa = await smallTool();
    await using served = await serveArchive(ppa.archive);
    await inSmallTree(async (chroot, openApt) => {
      await putHooks(chroot);
      const apt = await openApt([repositoryOf(served.url, ppa)]);
      await aptUpdate(apt);
      await aptInstall(apt, ['small-tool']);

      await access(join(chroot.path, 'usr/bin/small-tool'));
      await access(join(chroot.path, 'etc/apt/apt.conf.d/20snapd.conf'));
      expect(await left(chroot)).toBe('');
    });
  });

  it('takes a repository that has Release and Release.gpg, and knows it again by what Plan sees of it', async () => {
    const ppa = await makePpa(temporaryFolder(), {
      ...{ owner: 'o', name: 'n', release: 'bookworm', packages: [], detached: true },
    });
    await using served = await serveArchive(ppa.archive);
    const repository = repositoryOf(served.url, ppa);
    await inSmallTree(async (chroot, openApt) => {
      await aptUpdate(await openApt([repository]));

      const sha256 = await inReleaseSha256(repository);
      expect(verifiedArchives(chroot.path)).toEqual([
        { uri: served.url.replace('http://', ''), suite: 'bookworm', sha256, detached: true },
      ]);
    });
    expect(served.requests).toContain('/dists/bookworm/Release.gpg');
  });

  it('refuses an expired repository, unless its own field says otherwise', async () => {
    const ppa = await makePpa(temporaryFolder(), {
      ...{ owner: 'o', name: 'n', release: 'bookworm', packages: [], fault: 'expired' },
    });
    await using served = await serveArchive(ppa.archive);
    const repository = { ...repositoryOf(served.url, ppa), checkDates: true };
    const overlooked = ['Acquire::Check-Date "false";', 'Acquire::Check-Valid-Until "false";'];
    await inSmallTree(async (_, openApt) => {
      await expect(aptUpdate(await openApt([repository], overlooked))).rejects.toThrow(/expired/);
    });
    await inSmallTree(async (_, openApt) => {
      await aptUpdate(await openApt([{ ...repository, options: { 'Check-Valid-Until': 'no' } }]));
    });
  });

  it('lets nothing in that nobody signed, whatever the image thinks of that', async () => {
    const ppa = await makePpa(temporaryFolder(), {
      ...{ owner: 'o', name: 'n', release: 'bookworm', packages: [], fault: 'unsigned' },
    });
    await using served = await serveArchive(ppa.archive);
    await inSmallTree(async (chroot, openApt) => {
      await putHooks(chroot);
      const apt = await openApt([repositoryOf(served.url, ppa)]);

      const settings = await chroot.run(['apt-config', 'dump'], { quiet: true });
      expect(settings).toContain('\nAcquire::AllowInsecureRepositories "false";\n');
      expect(settings).not.toContain('left-by-');
      await expect(aptUpdate(apt)).rejects.toMatchObject({ name: 'BadSignature' });
    });
  });
});
