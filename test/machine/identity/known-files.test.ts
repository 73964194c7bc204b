import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { changedFiles } from '../../../lib/machine/identity/changed-files';
import { fits, knownFiles } from '../../../lib/machine/identity/known-files';
import { packagesOf } from '../../../lib/machine/identity/packages-of';
import { keysOf, privateKeyIn } from '../../../lib/machine/identity/private-key';
import { removeIdentities, warningsOf } from '../../../lib/machine/identity/remove-identities';
import { inside } from '../../../lib/machine/tree/inside/inside';
import { temporaryFolder } from '../../fixtures/temporary-folder';

function treeWith(files: Readonly<Record<string, string | Buffer>>): string {
  const tree = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  return tree;
}

const known = (path: string) => ({ path, of: 'x' });

it.each([
  ['etc/machine-id', 'etc/machine-id', true],
  ['etc/machine-id', 'etc/machine-id2', false],
  ['etc/ssh/ssh_host_*', 'etc/ssh/ssh_host_rsa_key', true],
  ['etc/ssh/ssh_host_*', 'etc/ssh/ssh_host_', true],
  ['etc/ssh/ssh_host_*', 'etc/ssh/ssh_host_a/b', false],
  ['etc/ssh/ssh_host_*', 'my/etc/ssh/ssh_host_a', false],
  ['a/b*b', 'a/b', false],
  ['a/b*b', 'a/bb', true],
  ['a/b*b', 'a/bxb', true],
  ['a/b*b', 'a/bxc', false],
])('%s stands for %s: %s', (pattern, path, is) => {
  expect(fits(path, known(pattern))).toBe(is);
});

it('knows of each file what makes it again, or what an administrator runs', () => {
  for (const { path, of, again, remedy } of knownFiles) {
    expect([path, of.length > 0, (again === undefined) !== (remedy === undefined)]).toEqual([path, true, true]);
    expect([path, (again ?? remedy)?.length]).not.toEqual([path, 0]);
  }
  const remedies = knownFiles.flatMap(({ of, remedy }) => (remedy ? [`${of}: ${remedy}`] : []));
  expect([...new Set(remedies)]).toEqual([
    'ssl-cert: make-ssl-cert generate-default-snakeoil',
    'bind9: rndc-confgen -a',
    'munge: mungekey --create',
    'unbound: unbound-control-setup',
    'dropbear: dpkg-reconfigure dropbear',
    'mysql-server: dpkg-reconfigure mysql-server',
    'shim-signed: update-secureboot-policy --new-key',
    'zfsutils-linux: zgenhostid',
    'krb5-user: kadmin',
    'corosync: corosync-keygen',
  ]);
});

it('looks for changed files where a build leaves some, and not where an image is cleaned as a whole', () => {
  const passed = ['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'var/tmp', 'var/log', 'var/lib/apt/lists'];
  passed.push('var/cache/apt', 'var/cache/debconf', 'var/lib/dpkg');
  const looked = ['etc', 'var/lib', 'var/cache', 'usr/tmp', 'home/root', 'var/lib/apt'];
  const files = [...passed, ...looked].map((folder) => [`${folder}/a`, 'four']);
  const upper = treeWith({
    ...Object.fromEntries(files),
    ...{ 'usr/__pycache__/x.pyc': '', 'usr/__pycache__/x.py': '', 'usr/x.pyc': '' },
  });
  const found = [...changedFiles(inside(upper))];
  expect(found.map(({ path }) => path).sort()).toEqual(
    [...looked.map((folder) => `${folder}/a`), 'usr/__pycache__/x.py', 'usr/x.pyc'].sort(),
  );
  expect(found.find(({ path }) => path === 'etc/a')?.size).toBe(4);
});

describe('what dpkg knows of a file', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');

  it('is whether a package comes with just that', () => {
    const packages = packagesOf(
      inside(
        treeWith({
          'var/lib/dpkg/info/a.md5sums': `${md5('one')}  usr/lib/one\n${md5('two')}  lib/two\n`,
          'var/lib/dpkg/info/b.md5sums': `${md5('three')}  three\n`,
          'var/lib/dpkg/status': `Conffiles:\n /etc/four ${md5('four')}\n`,
        }),
      ),
    );
    const ships = (path: string, text: string) => packages.ships(path, Buffer.from(text));
    expect([ships('usr/lib/one', 'one'), ships('usr/lib/two', 'two'), ships('three', 'three')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(ships('etc/four', 'four')).toBe(true);
    expect([ships('usr/lib/one', 'two'), ships('lib/one', 'one'), ships('etc/four', 'x')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(packagesOf(inside(treeWith({}))).ships('a', Buffer.from('a'))).toBe(false);
  });

  it('is the package whose scripts name it, or the folder that is its own', () => {
    const packages = packagesOf(
      inside(
        treeWith({
          'var/lib/dpkg/info/first:amd64.postinst': 'make /etc/first/key',
          'var/lib/dpkg/info/second.config': 'mkdir /var/lib/second',
          'var/lib/dpkg/info/third.preinst': 'in /etc/ssl/private and /usr',
          'var/lib/dpkg/info/fourth.prerm': 'rm /etc/fourth/key',
        }),
      ),
    );
    const makers = [
      'etc/first/key',
      'etc/first/other',
      'var/lib/second/x',
      'etc/ssl/private/x',
      'usr/x',
      'etc/fourth/key',
    ];
    expect(makers.map((path) => packages.makerOf(path))).toEqual(['first', 'first', 'second', '', '', '']);
  });
});

describe('a private key', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n-----END PRIVATE KEY-----`;

  it.each([
    ['private key', key],
    ['private key', key.replaceAll('PRIVATE KEY', 'PGP PRIVATE KEY BLOCK')],
    ['private key', `text\n  ${key.replaceAll('\n', '\n  ')}\nmore`],
    ['private key (WireGuard)', `[Interface]\nPrivateKey = ${'A'.repeat(43)}=\n`],
    ['private key (Tor)', '== ed25519v1-secret: type0 ==\0'],
    ['private key (age)', '# created\nAGE-SECRET-KEY-1QQ\n'],
    [undefined, key.replace(/END PRIVATE/, 'END RSA PRIVATE')],
    [undefined, key.replaceAll('PRIVATE', 'PUBLIC')],
    [undefined, '-----BEGIN PRIVATE KEY-----\nshort\n-----END PRIVATE KEY-----'],
    [undefined, `a${key.replace('\n', 'x\n')}`],
    [undefined, `PrivateKey = ${'A'.repeat(42)}=`],
    [undefined, 'my AGE-SECRET-KEY-1QQ'],
    [undefined, 'x\n== ed25519v1-secret: '],
  ])('is %s in %j', (kind, text) => {
    expect(privateKeyIn(Buffer.from(text))).toBe(kind);
  });

  it('is none that can be compared where it is broken', () => {
    expect(keysOf(Buffer.from(key))).toEqual([]);
  });
});

it('says what it has removed, and warns of what nothing makes again', async () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n-----END PRIVATE KEY-----\n`;
  const made = {
    ...{ 'etc/machine-id': 'x', 'etc/bind/rndc.key': 'x', 'etc/own/a': key, 'etc/own/b': key },
    ...{ 'etc/iscsi/initiatorname.iscsi': 'InitiatorName=x', 'var/lib/dkms/mok.pub': '' },
  };
  const [root, base, upper] = [
    treeWith({ ...made, 'var/lib/dpkg/info/own.postinst': '/etc/own' }),
    treeWith({ 'etc/hostname': '' }),
    treeWith(made),
  ];
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const removed = await removeIdentities(root, base, upper);
  const log = write.mock.calls.map(([line]) => String(line)).join('');
  write.mockRestore();

  expect(removed).toEqual([
    { path: '/etc/bind/rndc.key', what: 'identity', of: 'bind9' },
    { path: '/etc/iscsi/initiatorname.iscsi', what: 'identity', of: 'open-iscsi' },
    { path: '/etc/machine-id', what: 'identity', of: 'systemd' },
    { path: '/etc/own/a', what: 'private key', of: 'own' },
    { path: '/etc/own/b', what: 'private key', of: 'own' },
  ]);
  expect(log.split('\n')).toEqual([
    ...removed.map(({ path, what, of }) => `removed from the image: ${path} (${what} of ${of})`),
    ':: warning: removed /etc/bind/rndc.key of bind9 from the image; nothing recreates it at boot: run `rndc-confgen -a` on each machine',
    ':: warning: removed /etc/own/a, /etc/own/b of own from the image; nothing recreates it at boot: create it on each machine',
    '',
  ]);
  expect(readFileSync(join(root, 'etc/iscsi/initiatorname.iscsi'), 'utf8')).toBe('GenerateName=yes\n');
});

it('warns of a key of nobody’s by its path alone, and of no public part', () => {
  const one = { path: 'etc/key', what: 'private key', of: '' };
  expect(warningsOf([one, { ...one, path: 'etc/key.pub', what: 'public part of a removed key' }])).toEqual([
    'removed /etc/key from the image; nothing recreates it at boot: create it on each machine',
  ]);
  expect(warningsOf([])).toEqual([]);
});
