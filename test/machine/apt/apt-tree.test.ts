import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { downloadPackages } from '../../../lib/machine/apt/apt-download';
import { openAptTree } from '../../../lib/machine/apt/apt-tree';
import { relayedOptions } from '../../../lib/machine/gateway/relayed';
import { sha256Of } from '../../../lib/sha256';
import { mounting, standInTools, withPrograms } from '../../fixtures/programs/stand-ins';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { recordedTree } from '../../fixtures/trees/recorded-tree';
import { treeWith } from '../../fixtures/trees/tree-with';
import '../../fixtures/needs-root';

const gateway = {
  socket: '/s',
  options: ['Last "1";', 'Last "2";'],
  uriOf: () => '',
  [Symbol.asyncDispose]: async () => {},
};

it('fetches by the apt of another tree, which sees what is installed and writes into the folders of this one', async () => {
  const path = treeWith({
    ...{ 'var/lib/dpkg/status': 'Package: a', 'var/lib/apt/extended_states': 'auto' },
    ...{ 'var/lib/apt/lists/a_InRelease': '', 'var/lib/apt/lists/partial/x': '', 'var/cache/apt/archives/a.deb': '' },
  });
  const configured: string[] = [];
  const { result, asked } = await withPrograms(mounting, async () => {
    await using tree = await openAptTree(recordedTree(path), {
      ...{ base: temporaryFolder(), gateway, scratch: temporaryFolder(), tools: standInTools() },
      configure: async (root) => void configured.push(root),
    });
    const [fetcher = ''] = configured;
    const other = join(fetcher, 'var/lib/dpkg/arch');
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, 'of the base');
    // It ends where the relay would begin, which these tools have not.
    const fetched = await tree.fetch(['sh', '-c', 'exec "$@"', 'sh', 'apt-get', 'update']).catch((error) => error);
    const aside = await tree.aside(['sh', '-c', 'x']);
    return { fetched, aside, tree, fetcher };
  });
  const { fetched, aside, tree, fetcher } = result;

  expect(configured).toEqual([fetcher, path]);
  expect(tree.path).toBe(path);
  const words = 'sh -c exec "$@" sh apt-get --config-file=/etc/maas-mirror-gateway.conf update';
  expect(fetched).toMatchObject({ name: 'CommandFailed', message: expect.stringContaining(words) });
  expect(fetched.cause.command).toMatch(/^unshare --net -- perl \S+relay\.pl \/s -- setpriv/);
  expect(fetched.cause.command).toContain(` ${fetcher} sh -c `);
  expect(aside.split('\n')[0]).toMatch(new RegExp(` --net -- sh \\S+in-tree\\.sh \\S+ ${fetcher} sh -c x$`));
  const read = (file: string) => readFileSync(join(fetcher, file), 'utf8');
  expect(read('etc/maas-mirror-gateway.conf')).toBe('Last "1";\nLast "2";\n');
  expect([read('var/lib/dpkg/status'), read('var/lib/apt/extended_states')]).toEqual(['Package: a', 'auto']);
  expect(existsSync(join(fetcher, 'var/lib/dpkg/arch'))).toBe(false);
  expect(readdirSync(join(path, 'var/lib/apt/lists'))).toEqual(['a_InRelease']);
  expect(readdirSync(join(path, 'var/cache/apt/archives'))).toEqual(['a.deb']);

  const folders = ['var/lib/apt/lists', 'var/cache/apt/archives'];
  const bound = folders.map((one) => `mount --bind -o nosuid,nodev,noexec ${path}/${one} ${fetcher}/${one}`);
  const unbound = folders.toReversed().map((one) => `umount ${fetcher}/${one}`);
  const from = asked.indexOf(bound[0] ?? '');
  expect(asked.slice(from, from + 8)).toEqual([...bound, ...unbound, ...bound, ...unbound]);
  expect(asked.filter((line) => line.startsWith('umount')).length).toBe(
    asked.filter((line) => line.startsWith('mount')).length,
  );
});

it('leaves nothing mounted where it cannot be made ready', async () => {
  const { result, asked } = await withPrograms(mounting, () =>
    openAptTree(recordedTree(temporaryFolder()), {
      ...{ base: temporaryFolder(), gateway, scratch: temporaryFolder(), tools: standInTools() },
      configure: () => Promise.reject(new Error('no settings')),
    }).catch((error) => error),
  );
  expect(result).toMatchObject({ message: 'no settings' });
  expect(asked.filter((line) => line.startsWith('umount'))).toHaveLength(5);
});

/** Downloads where apt is a shell script that is told its words. */
async function downloading(names: readonly string[], script: string, keyring?: string) {
  const scratch = temporaryFolder();
  const repository = { uri: 'file:/srv/none', suite: 'noble', components: ['main'] };
  const { result, asked } = await withPrograms(
    {
      'apt-config': 'echo \'Acquire::Retries "7";\'; echo \'Acquire::http::Proxy "http://p";\'',
      unshare: `case "$*" in *" download "*) ${script} ;; *" update") env > ${scratch}/env ;; esac`,
      // That of Ubuntu 22.04 knows the fields of a package, and no virtual ones such as source:Package.
      'dpkg-deb': `name=$(basename "$2" | cut -d_ -f1)
        case "$name $*" in
        *" --field "*" Package Version Source") printf 'Package: %s\nVersion: 1:2\n' $name ;;
        *) exit 2 ;;
        esac
        case $name in b) echo 'Source: b-source (1:1)' ;; c) echo 'Source: c-source' ;; esac`,
    },
    () =>
      downloadPackages(names, {
        ...{ architecture: 'arm64', scratch, tools: '/tools', aptOptions: ['Own "1";'] },
        repositories: [repository, keyring === undefined ? repository : { ...repository, keyring }],
      }).catch((error) => error),
  );
  return { scratch, result, asked };
}

it('downloads packages by an apt with a root of its own, and says of each what it is', async () => {
  const keyring = join(temporaryFolder(), 'k');
  writeFileSync(keyring, 'a keyring');
  const lists =
    'mkdir -p ../apt/var/lib/apt/lists; echo signed > ../apt/var/lib/apt/lists/a_InRelease; touch ../apt/var/lib/apt/lists/lock';
  const { scratch, result, asked } = await downloading(
    ['b', 'c', 'a'],
    `touch a_1%3a2.deb b_1.deb c_1.deb c.txt; ${lists}`,
    keyring,
  );
  const file = (name: string) => join(scratch, 'packages', name);
  expect(result).toEqual({
    packages: [
      { name: 'b', version: '1:2', source: 'b-source', file: file('b_1.deb') },
      { name: 'c', version: '1:2', source: 'c-source', file: file('c_1.deb') },
      { name: 'a', version: '1:2', source: 'a', file: file('a_1%3a2.deb') },
    ],
    inReleases: [sha256Of('signed\n')],
  });
  const apt = join(scratch, 'apt');
  const conf = readFileSync(join(apt, 'apt.conf'), 'utf8').split('\n');
  expect(conf).toEqual(expect.arrayContaining([`Dir "${apt}/";`, 'Acquire::Retries "7";', 'Own "1";']));
  expect(conf.filter((line) => line.includes('http://p'))).toEqual([]);
  expect(conf.slice(-relayedOptions.length - 1)).toEqual([...relayedOptions, '']);
  const stanza = 'Types: deb\nURIs: http://folder.invalid:80/srv/none/\nSuites: noble\nComponents: main\n';
  expect(readFileSync(join(apt, 'etc/apt/sources.list.d/download.sources'), 'utf8')).toBe(
    `${stanza}\n${stanza}Signed-By: ${apt}/etc/apt/keyring-1.gpg\n`,
  );
  expect(readFileSync(join(apt, 'etc/apt/keyring-1.gpg'), 'utf8')).toBe('a keyring');
  const folders = ['etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'var/lib/apt/lists/partial'];
  for (const one of [...folders, 'var/cache/apt/archives/partial', 'var/lib/dpkg/status'])
    expect([one, existsSync(join(apt, one))]).toEqual([one, true]);
  const environment = readFileSync(join(scratch, 'env'), 'utf8').split('\n');
  expect(environment).toEqual(expect.arrayContaining(['LC_ALL=C', `APT_CONFIG=${apt}/apt.conf`]));
  expect(asked.find((line) => line.includes(' download '))).toMatch(/^unshare --net -- perl .* download b c a$/);
});

it.each([
  ['touch other_1.deb', 'other_1.deb'],
  ['touch x_1.deb y_1.deb', 'x_1.deb, y_1.deb'],
  ['touch a.txt', 'nothing'],
])('refuses what apt has downloaded instead: %s', async (script, seen) => {
  const { result } = await downloading(['a'], script);
  expect(result).toMatchObject({
    name: 'NoSuchPackage',
    message: `requested a, but apt downloaded ${seen}`,
    hint: 'specify a real package, not a virtual one that other packages provide',
  });
});

it('refuses what apt cannot fetch, and a keyring that cannot be read', async () => {
  const { result } = await downloading(['a'], 'echo "E: Failed to fetch http://a/x  404  Not Found" >&2; exit 100');
  expect(result).toMatchObject({ name: 'NotReady' });
  const keyring = join(temporaryFolder(), 'none.gpg');
  expect((await downloading(['a'], 'true', keyring)).result).toMatchObject({
    name: 'BadInput',
    message: `cannot read the keyring ${keyring} of file:/srv/none`,
    hint: 'specify the path of a binary keyring',
    misuse: true,
    cause: { code: 'ENOENT' },
  });
});
