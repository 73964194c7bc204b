import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { giveCertificates, machineCertificates } from '../../../lib/machine/apt/apt-certificates';
import { rootSettings } from '../../../lib/machine/apt/apt-download';
import { pinArchive } from '../../../lib/machine/apt/apt-pins';
import { aptSettingsFile, configureApt } from '../../../lib/machine/apt/apt-settings';
import { cleanImage } from '../../../lib/machine/apt/clean-image';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { treeWith } from '../../fixtures/trees/tree-with';
import '../../fixtures/needs-root';

const read = (tree: string, path: string) => readFileSync(join(tree, path), 'utf8');
const ubuntu = { uri: 'http://a/ubuntu', suite: 'noble', components: ['main'] };

it('settles an image’s apt for a build: ours first, then what every build has', async () => {
  const tree = treeWith({});
  await configureApt(tree, [], ['Acquire::Retries "7";']);

  expect(read(tree, aptSettingsFile)).toBe(`Acquire::Retries "7";
Acquire::Languages "none";
APT::Install-Recommends "false";
Acquire::Retries "3";
Acquire::AllowInsecureRepositories "false";
Binary::apt-get::Acquire::AllowInsecureRepositories "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Update::Post-Invoke-Stats;
#clear DPkg::Pre-Install-Pkgs;
#clear AptCli::Hooks;
#clear Binary::apt::AptCli::Hooks;
`);
});

it('leaves an image its sources where a build names none, and replaces them where it does', async () => {
  const keyring = join(temporaryFolder(), 'k.gpg');
  writeFileSync(keyring, 'a keyring');
  const files = { 'etc/apt/sources.list': 'deb x', 'etc/apt/sources.list.d/y.list': 'deb y' };
  const kept = treeWith(files);
  await configureApt(kept, [], []);
  expect(Object.keys(files).map((path) => read(kept, path))).toEqual(['deb x', 'deb y']);

  const tree = treeWith(files);
  await configureApt(
    tree,
    [ubuntu, { ...ubuntu, suite: 'b', keyring, signedBy: '/other' }, { ...ubuntu, suite: 'c', signedBy: '/own.gpg' }],
    [],
  );
  expect(existsSync(join(tree, 'etc/apt/sources.list'))).toBe(false);
  expect(readdirSync(join(tree, 'etc/apt/sources.list.d'))).toEqual(['maas-mirror.sources']);
  const stanza = (suite: string) => `Types: deb\nURIs: http://a/ubuntu\nSuites: ${suite}\nComponents: main\n`;
  expect(read(tree, 'etc/apt/sources.list.d/maas-mirror.sources')).toBe(
    [
      stanza('noble'),
      `${stanza('b')}Signed-By: /usr/share/keyrings/maas-mirror-1.gpg\n`,
      `${stanza('c')}Signed-By: /own.gpg\n`,
    ].join('\n'),
  );
  expect(read(tree, 'usr/share/keyrings/maas-mirror-1.gpg')).toBe('a keyring');
  expect(statSync(join(tree, 'usr/share/keyrings/maas-mirror-1.gpg')).mode & 0o777).toBe(0o644);
});

it('forgets what an image prefers, unless it is to count', async () => {
  const files = { 'etc/apt/preferences': 'x', 'etc/apt/preferences.d/pin': 'y', 'etc/apt/apt.conf.d/99site': 'z' };
  const [tree, kept] = [treeWith(files), treeWith(files)];
  await configureApt(tree, [], []);
  await configureApt(kept, [], [], { imagePins: true });

  const left = (root: string) => Object.keys(files).filter((path) => existsSync(join(root, path)));
  expect(left(tree)).toEqual([]);
  expect(readdirSync(join(tree, 'etc/apt/preferences.d'))).toEqual([]);
  expect(left(kept)).toEqual(['etc/apt/preferences', 'etc/apt/preferences.d/pin']);
});

it('pins a suite in a file of ours', () => {
  const tree = treeWith({});
  pinArchive(tree, 'noble-proposed', 400);
  expect(read(tree, 'etc/apt/preferences.d/maas-mirror-noble-proposed')).toBe(
    'Package: *\nPin: release a=noble-proposed\nPin-Priority: 400\n',
  );
});

it('gives an image certificates beside those that it trusts, and where it trusts none', () => {
  const tree = treeWith({ 'etc/ssl/certs/ca-certificates.crt': 'its own' });
  expect(giveCertificates(tree, 'ours')).toEqual(['Acquire::https::CAInfo "/etc/apt/maas-mirror-ca.pem";']);
  expect(read(tree, 'etc/apt/maas-mirror-ca.pem')).toBe('its own\nours\n');

  const bare = treeWith({});
  giveCertificates(bare, 'ours');
  expect(read(bare, 'etc/apt/maas-mirror-ca.pem')).toBe('\nours\n');
});

it('gives this machine’s apt certificates beside those that the machine trusts', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'etc/apt/maas-mirror-ca.pem');
  expect(await machineCertificates(folder, 'ours')).toEqual([`Acquire::https::CAInfo "${file}";`]);

  const system = '/etc/ssl/certs/ca-certificates.crt';
  const own = existsSync(system) ? readFileSync(system, 'utf8') : '';
  expect(readFileSync(file, 'utf8')).toBe(`${own}\nours\n`);
});

it('gives an apt of its own a root of its own, for one architecture', () => {
  expect(rootSettings('/r', 'arm64')).toEqual([
    'Dir "/r/";',
    'Dir::State::status "/r/var/lib/dpkg/status";',
    'Dir::Etc::trusted "/etc/apt/trusted.gpg";',
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d/";',
    'APT::Architecture "arm64";',
    'APT::Architectures { "arm64"; };',
    'APT::Sandbox::User "root";',
    'APT::Key::GPGVCommand "/usr/bin/gpgv";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
  ]);
});

const ofBuild = [
  ...['etc/apt/sources.list', 'etc/apt/sources.list.d/ours.sources', 'etc/apt/preferences'],
  ...['etc/apt/preferences.d/ours', 'etc/apt/auth.conf.d/ours.conf', 'etc/apt/trusted.gpg'],
  ...['var/lib/apt/lists/a_InRelease', 'var/cache/apt/archives/a.deb', 'var/cache/debconf/config.dat'],
  ...['var/cache/ldconfig/aux-cache', 'var/lib/dpkg/available', 'etc/machine-id', 'var/lib/dbus/machine-id'],
  ...['var/lib/systemd/random-seed', 'etc/hostname', 'etc/resolv.conf', 'usr/sbin/policy-rc.d'],
  ...['etc/apt/maas-mirror-ca.pem', 'etc/apt/apt.conf.d/zzz-maas-mirror', 'etc/iscsi/iscsi.initramfs'],
  ...['etc/udev/rules.d/70-persistent-net.rules', 'usr/share/keyrings/maas-mirror-0.gpg', 'var/lib/dpkg/status-old'],
  ...['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `etc/${name}-`),
  ...['var/log/dpkg.log', 'var/log/apt/term.log', 'tmp/x', 'var/tmp/x', 'run/x', 'root/.x', 'etc/ssh/ssh_host_rsa_key'],
];
const ofPackages = [
  ...['usr/share/keyrings/my-maas-mirror-0.gpg', 'usr/share/keyrings/ubuntu.gpg', 'var/lib/dpkg/status'],
  ...['var/lib/dpkg/status-old.x', 'etc/passwd', 'etc/passwd-x', 'etc/xpasswd-', 'etc/ssh/sshd_config'],
  ...['etc/ssh/moduli', 'etc/ssh/my_ssh_host_x', 'etc/hosts', 'usr/bin/x'],
];

it('cleans an image of what a build leaves in it, and of nothing else', async () => {
  const files = Object.fromEntries([...ofBuild, ...ofPackages].map((path) => [path, 'new']));
  const [root, base] = [treeWith(files), treeWith({ usr: '' })];
  await cleanImage(root, base);

  const left = Object.keys(files).filter((path) => existsSync(join(root, path)));
  expect(left).toEqual(ofPackages);
  expect(['var/log/apt', 'lib/modules'].map((path) => existsSync(join(root, path)))).toEqual([true, true]);
});

it('gives an image again what it had there', async () => {
  const before = Object.fromEntries(ofBuild.map((path) => [path, 'old']));
  const [root, base] = [treeWith(Object.fromEntries(ofBuild.map((path) => [path, 'new']))), treeWith(before)];
  await cleanImage(root, base);
  expect(Object.fromEntries(ofBuild.map((path) => [path, read(root, path)]))).toEqual(before);
});
