import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { aptDistUpgrade, aptInstall, aptPurge, aptUpdate, type Repository } from '../../../lib/machine/apt/apt';
import { pinArchive } from '../../../lib/machine/apt/apt-pins';
import { configureApt } from '../../../lib/machine/apt/apt-settings';
import type { AptTree } from '../../../lib/machine/apt/apt-tree';
import { packageFailure } from '../../../lib/machine/dpkg/package-failure';
import {
  policiesIn,
  requireNewest,
  requireUnheld,
  requireUpgraded,
} from '../../../lib/machine/image-settings/kept-back';
import type { Chroot } from '../../../lib/machine/tree/chroot';
import type { Deb } from '../../fixtures/archives/deb';
import { makePpa } from '../../fixtures/images/look-alike/ppa';
import { smallRelease } from '../../fixtures/images/small-release';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';
import '../../fixtures/needs-minutes';

beforeAll(async () => void (await smallRelease()));

it('reads what apt says of packages, and where the candidate comes from', () => {
  const printed = [
    'small-tool:',
    '  Installed: 1.0',
    '  Candidate: 2.0',
    '  Version table:',
    '     2.0 500',
    '        500 http://a.example/ubuntu noble/main amd64 Packages',
    ' *** 1.0 500',
    '        500 http://b.example/ubuntu noble/main amd64 Packages',
    '        100 /var/lib/dpkg/status',
    'virtual-one:',
    '  Installed: (none)',
    '  Candidate: (none)',
    '  Version table:',
  ].join('\n');

  expect(policiesIn(printed)).toEqual([
    {
      name: 'small-tool',
      installed: '1.0',
      candidate: '2.0',
      sources: ['500 http://a.example/ubuntu noble/main amd64 Packages'],
    },
    { name: 'virtual-one', sources: [] },
  ]);
});

const tool = (version: string, more: Partial<Deb> = {}): Deb => ({ name: 'small-tool', version, ...more });

/** Works in a tree that has the tool in its old version, while two archives are served: the old one, and one that was added. */
async function withTool(
  newer: readonly Deb[],
  work: (apt: AptTree, added: string) => Promise<void>,
  settings: { readonly image?: (chroot: Chroot) => Promise<void> } = {},
): Promise<void> {
  const ppa = (name: string, packages: readonly Deb[]) =>
    makePpa(temporaryFolder(), { owner: 'o', name, release: 'bookworm', packages });
  const [before, after] = [await ppa('before', [tool('1.0')]), await ppa('after', newer)];
  await using old = await serveArchive(before.archive);
  await using added = await serveArchive(after.archive);
  const repositories: Repository[] = [
    { uri: old.url, suite: 'bookworm', components: ['main'], keyring: before.keyring },
    { uri: added.url, suite: 'bookworm', components: ['main'], keyring: after.keyring },
  ];
  await inSmallTree(async (chroot, openApt) => {
    const apt = await openApt(repositories);
    await aptUpdate(apt);
    await apt.fetch(['apt-get', '--quiet', '--assume-yes', '--download-only', 'install', 'small-tool=1.0']);
    await chroot.run(['apt-get', '--quiet', '--assume-yes', '--no-download', 'install', 'small-tool=1.0'], {
      quiet: true,
    });
    await settings.image?.(chroot);
    await work(apt, added.url);
  });
}

describe('an upgrade from a repository that was added', () => {
  it('is done when the package is there', async () => {
    await withTool([tool('2.0')], async (apt, added) => {
      await aptDistUpgrade(apt);
      await requireUpgraded(apt, [added]);
      await requireNewest(apt, ['small-tool']);
    });
  });

  it('does not ask for what the build itself prefers less, as -proposed where packages of it are named', async () => {
    await withTool([tool('2.0')], async (apt) => {
      await expect(requireNewest(apt, ['small-tool'])).rejects.toMatchObject({ name: 'KeptBack' });
      pinArchive(apt.path, 'bookworm', 50);
      await requireNewest(apt, ['small-tool']);
    });
  });

  it('refuses to be done where the image has the package on hold, and names both', async () => {
    await withTool(
      [tool('2.0')],
      async (apt, added) => {
        await aptDistUpgrade(apt);
        const message = 'small-tool stays at 1.0, although 2.0 was requested: it is on hold in the image';
        await expect(requireUpgraded(apt, [added])).rejects.toMatchObject({ name: 'KeptBack', message });
        await expect(requireUnheld(apt, 'bookworm')).rejects.toMatchObject({ name: 'KeptBack', message });
        await requireUpgraded(apt, []);
        await requireUpgraded(apt, ['http://elsewhere.example']);
        await expect(aptInstall(apt, ['small-tool'])).rejects.toMatchObject({
          name: 'KeptBack',
          message: 'apt would have to change packages that the image holds: small-tool',
        });
        await expect(aptPurge(apt, ['small-tool'])).rejects.toMatchObject({ name: 'KeptBack' });
        await aptPurge(apt, ['small-tool'], { held: true });
      },
      { image: async (chroot) => void (await chroot.run(['apt-mark', 'hold', 'small-tool'], { quiet: true })) },
    );
  });

  it('refuses to be done where a pin of the image, or a dependency, keeps the package back', async () => {
    const pin = async ({ path }: Chroot) => {
      await mkdir(join(path, 'etc/apt/preferences.d'), { recursive: true });
      await writeFile(
        join(path, 'etc/apt/preferences.d/freeze'),
        'Package: small-tool\nPin: version 2*\nPin-Priority: -1\n\nPackage: hidden\nPin: release *\nPin-Priority: -1\n',
      );
    };
    await withTool(
      [tool('2.0'), { name: 'hidden', version: '1' }],
      async (apt, added) => {
        await aptDistUpgrade(apt);
        const why = expect.stringMatching(
          /^small-tool stays at 1\.0, although 2\.0 was requested: .*\(pins\) exclude it$/,
        );
        await expect(requireUpgraded(apt, [added])).rejects.toMatchObject({ name: 'KeptBack', message: why });
        await expect(requireNewest(apt, ['small-tool'])).rejects.toMatchObject({ name: 'KeptBack', message: why });
        await expect(aptInstall(apt, ['hidden'])).rejects.toMatchObject({
          name: 'KeptBack',
          message: expect.stringMatching(/^hidden is not installed, although 1 was requested: .*\(pins\) exclude it$/),
        });
        // In a tree that is thrown away it is out of the way, as the default release is.
        await configureApt(apt.path, [], []);
        await expect(requireUpgraded(apt, [added])).rejects.toMatchObject({
          message: expect.stringMatching(/keeps it back/),
        });
      },
      { image: pin },
    );
    await withTool([tool('2.0', { depends: 'no-such-thing' })], async (apt, added) => {
      await aptDistUpgrade(apt);
      await expect(requireUpgraded(apt, [added])).rejects.toMatchObject({
        message: expect.stringMatching(/^small-tool stays at 1\.0, .*its dependencies are not available$/),
      });
    });
  });
});

describe('an installation that fails', () => {
  it('refuses with the name of the hook or the package that ended it', async () => {
    const hook = '/etc/kernel/postinst.d/a-site';
    const postinst = `#!/bin/sh\nset -e\nrun-parts --arg=6.1 --arg=/boot/vmlinuz-6.1 /etc/kernel/postinst.d\n`;
    await withTool(
      [
        tool('2.0', { scripts: { postinst } }),
        { name: 'odd', version: '1', scripts: { postinst: '#!/bin/sh\nexit 7\n' } },
      ],
      async (apt) => {
        await expect(aptInstall(apt, ['odd'])).rejects.toMatchObject({
          name: 'CommandFailed',
          message: expect.stringMatching(/^dpkg could not install odd: .*post-installation script .*7$/),
        });
        await mkdir(join(apt.path, 'etc/kernel/postinst.d'), { recursive: true });
        await writeFile(join(apt.path, hook), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
        await expect(aptDistUpgrade(apt)).rejects.toMatchObject({
          name: 'CommandFailed',
          message: `the hook ${hook} failed with exit code 3`,
          hint: expect.stringMatching(/comes from the image/),
        });
      },
    );
  });

  it('is left as it is where nothing is known of it', () => {
    expect(packageFailure(new Error('other'))).toBeUndefined();
    expect(packageFailure(new MirrorError('CommandFailed', 'E: Unable to fetch'))).toBeUndefined();
  });
});
