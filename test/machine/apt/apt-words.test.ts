import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import {
  aptAutoremove,
  aptDistUpgrade,
  aptGet,
  aptInstall,
  aptPurge,
  machineAptOptions,
  machineRepositories,
  repositoriesOf,
  targetWords,
} from '../../../lib/machine/apt/apt';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { failing, recordedTree } from '../../fixtures/trees/recorded-tree';
import { treeWith } from '../../fixtures/trees/tree-with';

const dpkg = '-o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0';
const apt = `apt-get --quiet --assume-yes ${dpkg}`;
const unmet = failing('apt-get exited with 100:\nE: Unable to correct problems, you have held broken packages.');

it('keeps settings that the image has, asks nothing, and syncs nothing', () => {
  expect(aptGet('update').join(' ')).toBe(`${apt} update`);
});

it('installs with the network first and without it then, and calls back in between', async () => {
  const tree = recordedTree('/tree');
  await aptInstall(tree, ['a', 'b=1'], { downloaded: async () => void tree.asked.push('run downloaded') });

  expect(tree.asked).toEqual([
    `fetch ${apt} --download-only install a b=1`,
    'run downloaded',
    `run ${apt} --no-download install a b=1`,
  ]);
});

it('installs by a suite, and what is recommended, only where that is asked for', async () => {
  const tree = recordedTree('/tree');
  await aptInstall(tree, ['a'], { target: 'noble-proposed', recommends: true });

  expect(tree.asked[0]).toBe(
    `fetch ${apt} --download-only --target-release noble-proposed --install-recommends install a`,
  );
  expect([targetWords(), targetWords('x')]).toEqual([[], ['--target-release', 'x']]);
});

it('starts nothing for no packages', async () => {
  const tree = recordedTree('/tree');
  await aptInstall(tree, []);
  await aptPurge(tree, []);
  expect(tree.asked).toEqual([]);
});

it('upgrades all, with what is recommended', async () => {
  const tree = recordedTree('/tree');
  await aptDistUpgrade(tree);

  expect(tree.asked).toEqual([
    `fetch ${apt} --download-only --install-recommends dist-upgrade`,
    `run ${apt} --no-download --install-recommends dist-upgrade`,
  ]);
});

it('purges without the network, and what is on hold only where that is asked for', async () => {
  const tree = recordedTree('/tree');
  await aptPurge(tree, ['a', 'b']);
  await aptPurge(tree, ['a'], { held: true });
  await aptAutoremove(tree);

  expect(tree.asked).toEqual([
    `run ${apt} purge a b`,
    `run ${apt} --allow-change-held-packages purge a`,
    `run ${apt} autoremove`,
  ]);
});

it('refuses a name that apt would take for a pattern, before anything is changed', async () => {
  for (const change of [aptInstall, aptPurge]) {
    const tree = recordedTree('/tree', { 'run apt-cache': 'linux-image-6.8-edge\n' });
    await expect(change(tree, ['linux-image-6.8'])).rejects.toMatchObject({
      name: 'NoSuchPackage',
      message: 'no repository of this build has the package linux-image-6.8',
      hint: 'check the name, the release and the repositories; a recently announced kernel may not be in the archive yet',
    });
    expect(tree.asked).toEqual(['run apt-cache --all-names pkgnames linux-image-6.8']);
  }
});

it('refuses what apt cannot do, in words for who waits: an archive is to blame only while something is fetched', async () => {
  const fetching = recordedTree('/tree', { fetch: unmet });
  await expect(aptDistUpgrade(fetching)).rejects.toMatchObject({ name: 'NotReady', cause: unmet });
  expect(fetching.asked).toHaveLength(1);

  await expect(aptDistUpgrade(recordedTree('/tree', { run: unmet }))).rejects.toBe(unmet);
  await expect(aptPurge(recordedTree('/tree', { run: unmet }), ['a'])).rejects.toMatchObject({ name: 'NotReady' });
});

it('refuses a package that none has, and asks whether the image’s own pins hide it', async () => {
  const missing = failing('apt-get exited with 100:\nE: Unable to locate package a');
  const tree = recordedTree(treeWith({}), { fetch: missing, 'run apt-cache': 'a:\n  Candidate: 1\n' });
  await expect(aptInstall(tree, ['a'], { target: 't' })).rejects.toMatchObject({ name: 'NoSuchPackage' });
  expect(tree.asked.slice(1)).toEqual(['run apt-cache -o APT::Default-Release=t policy a']);

  const other = recordedTree(treeWith({}), { fetch: unmet });
  await expect(aptInstall(other, ['a'])).rejects.toMatchObject({ name: 'NotReady' });
  expect(other.asked).toHaveLength(1);
});

it('takes a release of Debian from where this machine’s apt takes it, its updates too, and nothing else', () => {
  const targets = [
    'http://d/debian bookworm main Debian',
    'http://d/debian bookworm contrib Debian',
    'http://d/debian bookworm main Debian',
    'http://d/debian bookworm-updates main Debian',
    'http://d/security bookworm-security main Debian',
    'http://d/debian bookworm-backports main Debian',
    'http://d/debian trixie main Debian',
    'http://site/debian bookworm main Site',
    '',
  ].join('\n');

  expect(repositoriesOf(targets, 'bookworm')).toEqual([
    { uri: 'http://d/debian', suite: 'bookworm', components: ['main', 'contrib'] },
    { uri: 'http://d/debian', suite: 'bookworm-updates', components: ['main'] },
    { uri: 'http://d/security', suite: 'bookworm-security', components: ['main'] },
  ]);
});

it('asks this machine’s apt for its lists of packages, and knows no source where it has none', async () => {
  const bin = temporaryFolder();
  const script = `#!/bin/sh\n[ "$*" = 'indextargets --format $(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN) Created-By: Packages' ] || exit 1\necho 'http://d sid main Debian'\n`;
  writeFileSync(join(bin, 'apt-get'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  const found = await machineRepositories('sid').finally(() => vi.unstubAllEnvs());
  expect(found).toEqual([{ uri: 'http://d', suite: 'sid', components: ['main'] }]);

  vi.stubEnv('PATH', '/nowhere');
  expect(await machineRepositories('sid').finally(() => vi.unstubAllEnvs())).toEqual([]);
});

it('refuses to go on where this machine’s apt cannot say its options', async () => {
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'apt-config'), '#!/bin/sh\necho broken >&2; exit 100\n', { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  const asked = machineAptOptions().finally(() => vi.unstubAllEnvs());
  await expect(asked).rejects.toMatchObject({
    name: 'CommandFailed',
    message: 'apt-config dump exited with 100:\nbroken',
  });
});
