import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import { makeDeb, releaseTime } from '../fixtures/archives/deb';
import { makeArchiveKey, signSuite } from '../fixtures/archives/suite';
import { temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-root';
import '../fixtures/needs-minutes';

const script = join(__dirname, '../../buildspecs/host-tools.sh');

/** The file of this distribution's own sources: debian.sources, ubuntu.sources. */
const ownFile = `${/^ID="?(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]}.sources`;

/** What a machine's apt may read, each with the name of its file. */
type Sources = Readonly<Record<string, string>>;

/**
 * Runs the script for a stage that lacks mksquashfs and nothing else, with the machine's real apt, which has its state and
 * its dpkg in a folder.
 */
async function install(sources: (archives: Archives) => Sources) {
  const folder = temporaryFolder();
  const archives = { good: await archive(folder, 'good', ['squashfs-tools']), ...(await badArchives(folder)) };
  const [state, root, etc] = [join(folder, 'state'), join(folder, 'root'), join(folder, 'etc')];
  const admin = join(root, 'var/lib/dpkg');
  const parts = join(etc, 'sources.list.d');
  for (const one of [
    join(state, 'lists/partial'),
    join(folder, 'cache/archives/partial'),
    join(admin, 'updates'),
    parts,
  ])
    mkdirSync(one, { recursive: true });
  writeFileSync(join(admin, 'status'), '');
  for (const [name, text] of Object.entries(sources(archives))) {
    writeFileSync(join(name === 'sources.list' ? etc : parts, name), text);
  }
  writeFileSync(join(state, 'lists/theirs.example_dists_x_InRelease'), 'of a third party');

  const path = programs(root);
  writeFileSync(join(etc, 'apt.conf'), aptConf({ folder, state, admin, etc, parts, dpkg: join(path, 'dpkg') }));
  const env = { PATH: path, APT_CONFIG: join(etc, 'apt.conf'), TMPDIR: folder };
  const { status, stderr } = spawnSync('/bin/sh', [script, 'extract'], { env, encoding: 'utf8' });
  return {
    status,
    stderr,
    installed: existsSync(join(root, 'squashfs')),
    hasTheirs: existsSync(join(state, 'lists/theirs.example_dists_x_InRelease')),
    leftOver: readdirSync(folder).filter((name) => name.startsWith('tmp.')),
  };
}

const aptConf = (at: Readonly<Record<'folder' | 'state' | 'admin' | 'etc' | 'parts' | 'dpkg', string>>) => `
Dir::Etc::Parts "/dev/null";
Dir::Etc::sourcelist "${at.etc}/sources.list";
Dir::Etc::sourceparts "${at.parts}";
Dir::State "${at.state}";
Dir::State::status "${at.admin}/status";
Dir::Cache "${at.folder}/cache";
Dir::Bin::dpkg "${at.dpkg}";
APT::Sandbox::User "root";
`;

/** All that this machine has but mksquashfs, and a dpkg that works in a folder. */
function programs(root: string): string {
  const path = temporaryFolder();
  for (const folder of ['/usr/sbin', '/usr/bin']) {
    for (const name of readdirSync(folder)) {
      if (['mksquashfs', 'dpkg'].includes(name) || existsSync(join(path, name))) continue;
      symlinkSync(join(folder, name), join(path, name));
    }
  }
  writeFileSync(join(path, 'dpkg'), `#!/bin/sh\nexec /usr/bin/dpkg --root='${root}' "$@"\n`);
  chmodSync(join(path, 'dpkg'), 0o755);
  return path;
}

type Archives = Readonly<Record<'good' | 'empty' | 'expired', string>>;

async function badArchives(folder: string) {
  const expired = { keyExpirationTime: 86_400 }; // a day after it was made, which is long ago
  return { empty: await archive(folder, 'empty', []), expired: await archive(folder, 'expired', [], expired) };
}

/** An archive with these packages. @returns its entry in a .sources file */
async function archive(folder: string, name: string, packages: readonly string[], key?: object): Promise<string> {
  const { privateKey } = key === undefined ? await makeArchiveKey() : await keyWith(key);
  const signer = await openpgpSigner(privateKey);
  const at = join(folder, name);
  mkdirSync(join(at, 'pool'), { recursive: true });
  for (const one of packages) await makeDeb(join(at, 'pool'), { name: one, version: '1', files: { squashfs: 'here' } });
  const suite = { name: 'stable', architectures: ['amd64'], components: { main: 'pool' }, fields: { Suite: 'stable' } };
  await signSuite(at, suite, signer, releaseTime);
  writeFileSync(join(folder, `${name}.gpg`), signer.keyring);
  return `Types: deb\nURIs: file:${at}\nSuites: stable\nComponents: main\nSigned-By: ${join(folder, name)}.gpg\n`;
}

function keyWith(more: object) {
  const kind = { type: 'rsa', rsaBits: 2048, format: 'armored' } as const;
  return generateKey({ ...kind, userIDs: [{ name: 'Third party' }], subkeys: [], date: releaseTime, ...more });
}

describe('host-tools.sh installs from the distribution’s own sources', () => {
  it.each<[string, (archives: Archives) => Sources]>([
    [
      'with an expired key of a third party beside them',
      ({ good, expired }) => ({ [ownFile]: good, 'third.sources': expired }),
    ],
    [
      'where they are in sources.list, with an expired key of a third party beside it',
      ({ good, expired }) => ({ 'sources.list': oneLine(good), 'third.sources': expired }),
    ],
    [
      'where both of its files have entries, and one of them cannot be read',
      ({ good, expired }) => ({ 'sources.list': oneLine(expired), [ownFile]: good }),
    ],
  ])('%s', async (_, sources) => {
    const { status, stderr, installed, hasTheirs, leftOver } = await install(sources);

    expect(status, stderr).toBe(0);
    expect(stderr).not.toContain('trying all sources');
    expect({ installed, hasTheirs, leftOver }).toEqual({ installed: true, hasTheirs: true, leftOver: [] });
  });

  it.each<[string, (archives: Archives) => Sources]>([
    ['where its own do not have the package', ({ good, empty }) => ({ [ownFile]: empty, 'site.sources': good })],
    [
      'where it has none under a name of its own, and one of them cannot be read',
      ({ good, expired }) => ({ 'sources.list': '# none\n', 'site.sources': good, 'third.sources': expired }),
    ],
  ])('or from all that the machine has %s', async (_, sources) => {
    const { status, stderr, installed } = await install(sources);

    expect(status, stderr).toBe(0);
    expect(installed).toBe(true);
  });

  it('refuses where no source has the package, and names it', async () => {
    const { status, stderr, installed } = await install(({ empty }) => ({ [ownFile]: empty }));

    expect(status).not.toBe(0);
    expect(stderr).toMatch(/squashfs-tools/);
    expect(installed).toBe(false);
  });
});

/** The same entry in a line of sources.list. */
function oneLine(entry: string): string {
  const word = (field: string) => new RegExp(`^${field}: (.*)$`, 'm').exec(entry)?.[1];
  return `deb [signed-by=${word('Signed-By')}] ${word('URIs')} ${word('Suites')} ${word('Components')}\n`;
}
