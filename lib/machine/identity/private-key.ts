import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** Largest file, in bytes, that is checked for a key. Post-quantum keys and bundles with certificates have about 100 kB. */
export const mostOfKey = 1024 * 1024;

/** Describes the private key in a file; undefined if it has none. */
export function privateKeyIn(bytes: Buffer): string | undefined {
  if (derKeyOf(bytes) !== undefined) return 'private key (DER)';
  if (isPkcs12(bytes)) return 'private key (PKCS #12)';
  // Faster than checking each line: hardly any file has one of these.
  if (!marks.some((mark) => bytes.includes(mark))) return undefined;
  const lines = linesOf(bytes);
  if (armouredKeys(lines).length > 0) return 'private key';
  const found = Object.entries(kinds).find(([, isOne]) => isOne(lines));
  return found?.[0];
}

/** The unencrypted private keys in a file. */
export function keysOf(bytes: Buffer): KeyObject[] {
  const der = derKeyOf(bytes);
  if (der !== undefined) return [der];
  return armouredKeys(linesOf(bytes)).flatMap((pem) => parsed(() => createPrivateKey(pem)) ?? []);
}

function linesOf(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  return text.split('\n').map((line) => line.trim());
}

/** The first certificate in a file: in a chain, the one that belongs to the private key. */
export function certificateOf(bytes: Buffer): X509Certificate | undefined {
  return isMaybeCertificate(bytes) ? parsed(() => new X509Certificate(bytes)) : undefined;
}

/** A quick check; parsing tells whether it really is one. */
export function isMaybeCertificate(bytes: Buffer): boolean {
  return bytes[0] === sequence || bytes.includes('-----BEGIN CERTIFICATE-----');
}

const marks = ['PRIVATE KEY', 'private-key', 'Private-key', 'PrivateKey', 'secret', 'AGE-SECRET-KEY-1'];

/** Key formats without armour, recognised by their lines. */
const kinds: Readonly<Record<string, (lines: readonly string[]) => boolean>> = {
  'private key (GnuPG)': (lines) => {
    const isOne = (line: string) =>
      ['(11:private-key', '(21:protected-private-key'].some((one) => line.startsWith(one));
    return lines.some((line) => isOne(line.replace(/^Key: \((?=\w)/, '(11:')));
  },
  'private key (DNSSEC)': ([first = '']) => first.startsWith('Private-key-format: v'),
  'shared secret (TSIG)': (lines) =>
    lines.some((line) => line.startsWith('algorithm ')) && lines.some((line) => /^secret "?[\w+/=]{16,}"?;/.test(line)),
  'private key (WireGuard)': (lines) => lines.some((line) => /^PrivateKey ?= ?[\w+/]{43}=$/.test(line)),
  'private key (Tor)': ([first = '']) => first.startsWith('== ed25519v1-secret: '),
  'private key (age)': (lines) => lines.some((line) => line.startsWith('AGE-SECRET-KEY-1')),
};

/** Blocks in PEM, OpenSSH and OpenPGP armour. A header line alone, as in programs and manuals, does not count. */
function armouredKeys(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    const [, name] = /^-----BEGIN ([A-Z0-9 ]*)-----$/.exec(line) ?? [];
    if (name === undefined || !/PRIVATE KEY(?: BLOCK)?$/.test(name)) return [];
    const end = lines.indexOf(`-----END ${name}-----`, at);
    const block = lines.slice(at, end + 1);
    return end > at && block.some((one) => /^[\w+/=]{16,}$/.test(one)) ? [block.join('\n')] : [];
  });
}

/** First byte of a DER sequence. */
const sequence = 0x30;

function derKeyOf(bytes: Buffer): KeyObject | undefined {
  if (bytes[0] !== sequence || bytes.length > 32_768) return undefined;
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    const key = parsed(() => createPrivateKey({ key: bytes, format: 'der', type }));
    if (key !== undefined) return key;
  }
  return undefined;
}

/** Version 3, followed by the object id of PKCS #7 data. */
function isPkcs12(bytes: Buffer): boolean {
  if (bytes[0] !== sequence) return false;
  const start = bytes.subarray(0, 40);
  return start.includes(Buffer.from('020103', 'hex')) && start.includes(Buffer.from('06092a864886f70d0107', 'hex'));
}

/** OpenSSL throws on anything that is not of the expected kind. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
