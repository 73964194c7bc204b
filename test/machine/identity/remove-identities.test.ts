import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findIdentities } from '../../../lib/machine/identity/find-identities';
import { knownFiles } from '../../../lib/machine/identity/known-files';
import { removeIdentities, warningsOf } from '../../../lib/machine/identity/remove-identities';
import { inside } from '../../../lib/machine/tree/inside/inside';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

let [base, root, upper] = ['', '', ''];
beforeEach(() => {
  [base, root, upper] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
});

/** Puts a file into the base, and so into the tree above it. */
function had(path: string, text: string): void {
  for (const tree of [base, root]) put(tree, path, text);
}

/** What a package makes in the tree. */
function makes(path: string, text: string): void {
  for (const tree of [root, upper]) put(tree, path, text);
}

function put(tree: string, path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

/** A key and a certificate that was made of it. */
function selfSigned(): { key: string; certificate: string } {
  const folder = temporaryFolder();
  const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
  const words = ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=x', '-keyout', key, '-out', certificate];
  execFileSync('openssl', words, { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
}

const remove = () => removeIdentities(root, base, upper);

describe('keys and identities that packages made', () => {
  it.each(knownFiles.map(({ path }) => path.replace('*', 'x')))('are removed: /%s', async (path) => {
    makes(path, 'made here\n');

    expect(await remove()).toMatchObject([{ path: `/${path}`, what: 'identity' }]);
    const instead = knownFiles.find((one) => one.path === path)?.instead;
    expect(existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined).toBe(instead);
  });

  it('are as the base had them, where it had any', async () => {
    had('etc/machine-id', 'uninitialized\n');
    makes('etc/machine-id', '0123456789abcdef0123456789abcdef\n');

    expect(await remove()).toMatchObject([{ path: '/etc/machine-id', of: 'systemd' }]);
    expect(readFileSync(join(root, 'etc/machine-id'), 'utf8')).toBe('uninitialized\n');
  });

  it('are found by their content under any name, with public part, certificate and the link to it', async () => {
    const { key, certificate } = selfSigned();
    makes('opt/service/a.b', key);
    makes('opt/service/a.b.pub', 'ssh-ed25519 AAAA\n');
    makes('etc/ssl/certs/service.pem', certificate);
    makes('etc/ssl/certs/other.pem', selfSigned().certificate);
    for (const [name, target] of [
      ['01234567.0', 'service.pem'],
      ['89abcdef.0', 'other.pem'],
    ] as const)
      for (const tree of [root, upper]) symlinkSync(target, join(tree, 'etc/ssl/certs', name));
    makes('var/lib/dpkg/info/service.postinst', '#!/bin/sh\nkeygen -o /opt/service/a.b\n');

    expect(await remove()).toEqual([
      { path: '/opt/service/a.b', what: 'private key', of: 'service' },
      { path: '/opt/service/a.b.pub', what: 'public part of a removed key', of: 'service' },
      { path: '/etc/ssl/certs/service.pem', what: 'certificate of a removed key', of: '' },
    ]);
    expect(
      inside(root)
        .list('etc/ssl/certs')
        .map(({ name }) => name),
    ).toEqual(['89abcdef.0', 'other.pem']);
  });

  it('are not what the base had, nor what a package comes with', async () => {
    const { key } = selfSigned();
    const keyOfBase = selfSigned().key;
    had('etc/base.key', keyOfBase);
    makes('etc/base.key', keyOfBase);
    for (const path of ['usr/share/doc/tool/example.key', 'etc/tool/setting.key']) makes(path, key);
    makes('etc/tool/made.key', key);
    const md5 = createHash('md5').update(key).digest('hex');
    makes('var/lib/dpkg/info/tool.md5sums', `${md5}  usr/share/doc/tool/example.key\n`);
    makes('var/lib/dpkg/status', `Package: tool\nConffiles:\n /etc/tool/setting.key ${md5}\n`);

    expect(await remove()).toEqual([{ path: '/etc/tool/made.key', what: 'private key', of: '' }]);
    expect(readFileSync(join(root, 'etc/base.key'), 'utf8')).toBe(keyOfBase);
  });

  it('are not what the base had under another name', async () => {
    const { key } = selfSigned();
    had('var/lib/service/key', key);
    makes('var/lib/service2/key', key);
    makes('var/lib/service2/other', selfSigned().key);
    makes('etc/dropbear/dropbear_rsa_host_key', key);

    expect((await remove()).map(({ path }) => path).sort()).toEqual([
      '/etc/dropbear/dropbear_rsa_host_key',
      '/var/lib/service2/other',
    ]);
  });

  it('are not what stands in a script of a package, or in what Python made of its file', async () => {
    const { key } = selfSigned();
    for (const path of [
      'var/lib/dpkg/info/agent.postinst',
      'usr/lib/python3/dist-packages/a/__pycache__/b.cpython-312.pyc',
    ])
      makes(path, `\u0000\n${key}`);
    makes('usr/lib/python3/dist-packages/a/key', key);

    expect(await remove()).toMatchObject([{ path: '/usr/lib/python3/dist-packages/a/key' }]);
    expect(existsSync(join(root, 'var/lib/dpkg/info/agent.postinst'))).toBe(true);
  });

  it('stay where the name is made at the first start anyway', async () => {
    makes('etc/iscsi/initiatorname.iscsi', 'GenerateName=yes\n');
    makes('etc/machine-id', '');

    expect(await remove()).toEqual([]);
    expect(existsSync(join(root, 'etc/iscsi/initiatorname.iscsi'))).toBe(true);
  });

  it('are listed in one line each, whatever they are called', async () => {
    makes('etc/a\n\u001b[2J\u2028b', selfSigned().key);

    expect(await remove()).toEqual([{ path: '/etc/a??[2J?b', what: 'private key', of: '' }]);
  });

  it('are removed where links of the tree lead out of it, with what is outside as it was', async () => {
    const outside = temporaryFolder();
    put(outside, 'hostnqn', 'of this machine\n');
    makes('etc/x', '');
    for (const tree of [root, upper]) symlinkSync(outside, join(tree, 'etc/nvme'));
    cpSync(outside, join(upper, 'etc/iscsi'), { recursive: true });

    expect(await remove()).toEqual([]);
    expect(readFileSync(join(outside, 'hostnqn'), 'utf8')).toBe('of this machine\n');
  });

  it('are warned of by package where nothing makes them again at boot, and only there', () => {
    const { key, certificate } = selfSigned();
    makes('etc/nvme/hostnqn', 'nqn\n');
    makes('etc/ssh/ssh_host_ed25519_key', key);
    makes('etc/ssl/private/ssl-cert-snakeoil.key', key);
    makes('etc/ssl/certs/ssl-cert-snakeoil.pem', certificate);
    makes('opt/unknown.key', key);

    expect(warningsOf(findIdentities(inside(root), inside(base), inside(upper)))).toEqual(
      [
        'removed /opt/unknown.key from the image; nothing recreates it at boot: create it on each machine',
        'removed /etc/ssl/certs/ssl-cert-snakeoil.pem, /etc/ssl/private/ssl-cert-snakeoil.key of ssl-cert from the image; nothing recreates it at boot: run `make-ssl-cert generate-default-snakeoil` on each machine',
      ].reverse(),
    );
  });
});
