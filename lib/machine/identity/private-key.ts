import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** Bytes of a file that may be a key: the longest, of post-quantum schemes and in bundles with certificates, have some 100 kB. */
export const mostOfKey = 1024 * 1024;

/** The kind of private key that a file holds, in words; undefined where it holds none. */
export function privateKeyIn(bytes: Buffer): string | undefined {
  if (derKeyOf(bytes) !== undefined) return 'private key (DER)';
  if (isPkcs12(bytes)) return 'private key (PKCS #12)';
  // Quicker than to look line by line: hardly any file has one of these.
  if (!marks.some((mark) => bytes.includes(mark))) return undefined;
  const lines = linesOf(bytes);
  if (armouredKeys(lines).length > 0) return 'private key';
  const found = Object.entries(kinds).find(([, isOne]) => isOne(lines));
  return found?.[0];
}

/** The private keys of a file that are not encrypted. */
export function keysOf(bytes: Buffer): KeyObject[] {
  const der = derKeyOf(bytes);
  if (der !== undefined) return [der];
  return armouredKeys(linesOf(bytes)).flatMap((pem) => parsed(() => createPrivateKey(pem)) ?? []);
}

function linesOf(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  return text.split('\n').map((line) => line.trim());
}

/** The first certificate of a file: of a chain it is the one whose key belongs to it. */
export function certificateOf(bytes: Buffer): X509Certificate | undefined {
  return isMaybeCertificate(bytes) ? parsed(() => new X509Certificate(bytes)) : undefined;
}

/** By its beginning; whether it is one shows when it is read. */
export function isMaybeCertificate(bytes: Buffer): boolean {
  return bytes[0] === sequence || bytes.includes('-----BEGIN CERTIFICATE-----');
}

const marks = ['PRIVATE KEY', 'private-key', 'Private-key', 'PrivateKey', 'secret', 'AGE-SECRET-KEY-1'];

/** Kinds that are not armoured, by lines of theirs. */
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

/** Blocks of PEM, OpenSSH and OpenPGP. The words alone, which programs and manuals have, are none. */
function armouredKeys(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    const [, name] = /^-----BEGIN ([A-Z0-9 ]*)-----$/.exec(line) ?? [];
    if (name === undefined || !/PRIVATE KEY(?: BLOCK)?$/.test(name)) return [];
    const end = lines.indexOf(`-----END ${name}-----`, at);
    const block = lines.slice(at, end + 1);
    return end > at && block.some((one) => /^[\w+/=]{16,}$/.test(one)) ? [block.join('\n')] : [];
  });
}

/** First byte of everything that is DER and more than one value. */
const sequence = 0x30;

function derKeyOf(bytes: Buffer): KeyObject | undefined {
  if (bytes[0] !== sequence || bytes.length > 32_768) return undefined;
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    const key = parsed(() => createPrivateKey({ key: bytes, format: 'der', type }));
    if (key !== undefined) return key;
  }
  return undefined;
}

/** Version 3 and then what PKCS #7 calls data. */
function isPkcs12(bytes: Buffer): boolean {
  if (bytes[0] !== sequence) return false;
  const start = bytes.subarray(0, 40);
  return start.includes(Buffer.from('020103', 'hex')) && start.includes(Buffer.from('06092a864886f70d0107', 'hex'));
}

/** What OpenSSL cannot read is none of the kind: it says so by an error. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
