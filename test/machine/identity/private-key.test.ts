import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { privateKeyIn } from '../../../lib/machine/identity/private-key';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;

describe('a private key', () => {
  it.each([
    ['PKCS #8', pem],
    ['PKCS #8, encrypted', privateKey.export(encrypted).toString()],
    ['SEC 1', privateKey.export({ type: 'sec1', format: 'pem' }).toString()],
    ['behind a certificate', `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${pem}`],
    ['with the line ends of Windows', pem.replaceAll('\n', '\r\n')],
    ['in a block of YAML', `key: |\n${pem.replace(/^/gm, '  ')}`],
  ])('is known in PEM: %s', (_, text) => {
    expect(privateKeyIn(Buffer.from(text))).toBe('private key');
  });

  it.each(['pkcs8', 'sec1'] as const)('is known in DER: %s', (type) => {
    expect(privateKeyIn(privateKey.export({ type, format: 'der' }))).toBe('private key (DER)');
  });

  it('is known as ssh-keygen and gpg write it', () => {
    const folder = temporaryFolder();
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const home = ['--homedir', folder, '--batch', '--pinentry-mode', 'loopback', '--passphrase', ''];
    execFileSync('gpg', [...home, '--quick-gen-key', 'nobody', 'ed25519'], { stdio: 'ignore' });
    const armoured = execFileSync('gpg', [...home, '--armor', '--export-secret-keys'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const kept = execFileSync('sh', ['-c', 'cat "$1"/private-keys-v1.d/*', 'sh', folder]);
    execFileSync('gpgconf', ['--homedir', folder, '--kill', 'gpg-agent']);

    expect(privateKeyIn(readFileSync(join(folder, 'key')))).toBe('private key');
    expect(privateKeyIn(readFileSync(join(folder, 'key.pub')))).toBeUndefined();
    expect(privateKeyIn(armoured)).toBe('private key');
    expect(privateKeyIn(kept)).toBe('private key (GnuPG)');
  });

  it('is known as openssl packs it with its certificate', () => {
    const folder = temporaryFolder();
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
    const words = [
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-subj',
      '/CN=x',
      '-keyout',
      key,
      '-out',
      certificate,
    ];
    execFileSync('openssl', words, { stdio: 'ignore' });
    const bytes = execFileSync('openssl', [
      'pkcs12',
      '-export',
      '-inkey',
      key,
      '-in',
      certificate,
      '-passout',
      'pass:x',
    ]);

    expect(privateKeyIn(bytes)).toBe('private key (PKCS #12)');
    expect(privateKeyIn(readFileSync(certificate))).toBeUndefined();
  });

  it.each([
    ['shared secret (TSIG)', 'key "rndc-key" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0c2VjcmV0c2VjcmV0";\n};\n'],
    ['private key (DNSSEC)', 'Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: AAAA\n'],
    ['private key (WireGuard)', `[Interface]\nPrivateKey = ${'A'.repeat(43)}=\n`],
    ['private key (age)', '# created: 2026\nAGE-SECRET-KEY-1QQQQ\n'],
    ['private key (Tor)', '== ed25519v1-secret: type0 ==\0\0private-key'],
  ])('is known as %s', (kind, text) => {
    expect(privateKeyIn(Buffer.from(text))).toBe(kind);
  });

  it('is none where only the words are, or a public one', () => {
    for (const text of [
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      '-----BEGIN PRIVATE KEY-----\n',
      '-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n',
      'if line == "-----BEGIN RSA PRIVATE KEY-----":\n',
      'PrivateKey = %s\nalgorithm = x\nsecret = y\n',
      '',
    ]) {
      expect(privateKeyIn(Buffer.from(text)), text).toBeUndefined();
    }
  });

  it('is none in random bytes, which never end the search', () => {
    const marks = fc.constantFrom('-----BEGIN PRIVATE KEY-----\n', 'secret "', '0\u0082', 'private-key', '\n');
    fc.assert(
      fc.property(fc.array(fc.oneof(marks, fc.string({ unit: 'binary' })), { maxLength: 20 }), (parts) => {
        expect(privateKeyIn(Buffer.from(parts.join(''), 'latin1'))).toBeUndefined();
      }),
    );
  });
});
