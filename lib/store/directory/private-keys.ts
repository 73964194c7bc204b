import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { ifThere } from '../durable';

/**
 * Searches a mirror for private keys before others can read it: every small file outside `pool/`, which contains only images.
 * @throws KeyExposed with the path of the first private key, armoured or binary
 */
export async function refusePrivateKeys(root: string): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const path = join(root, entry.name);
    if (entry.isFile()) await refusePrivateKey(path);
    else if (entry.isDirectory() && entry.name !== 'pool') await refuseBelow(path);
  }
}

async function refuseBelow(folder: string): Promise<void> {
  for (const entry of (await ifThere(() => readdir(folder, { recursive: true, withFileTypes: true }))) ?? []) {
    if (entry.isFile()) await refusePrivateKey(join(entry.parentPath, entry.name));
  }
}

async function refusePrivateKey(path: string): Promise<void> {
  const there = await ifThere(() => stat(path));
  if (there === undefined || there.size > largestKeyBytes) return;
  const bytes = await ifThere(() => readFile(path));
  if (bytes === undefined || !(isArmouredKey(bytes) || isSecretKeyPacket(bytes))) return;
  throw new MirrorError(
    'KeyExposed',
    `${path} contains a private key, which everyone with access to the mirror can read`,
    {
      hint: 'move it out of the mirror; if the mirror was ever served or copied with it, rotate the key',
    },
  );
}

const largestKeyBytes = 64 * 1024;

/** OpenPGP's, OpenSSH's, and those of PEM: `BEGIN RSA PRIVATE KEY`, `BEGIN ENCRYPTED PRIVATE KEY`, … */
function isArmouredKey(bytes: Buffer): boolean {
  return /-----BEGIN (?:[A-Z0-9]{1,40} ){0,8}PRIVATE KEY(?: BLOCK)?-----/.test(bytes.toString('latin1'));
}

/** RFC 9580 §4.2: a header with tag 5, then the key's version; without it, every text that begins with "Ś" would be a key. */
function isSecretKeyPacket(bytes: Buffer): boolean {
  const [header = 0, length = 0] = bytes;
  const version = (at: number) => (bytes[at] ?? 0) >= 2 && (bytes[at] ?? 0) <= 6;
  if (header === 0xc5) return version(length < 192 ? 2 : length < 224 ? 3 : length === 255 ? 6 : 2);
  return header >> 2 === 0x94 >> 2 && version([2, 3, 5, 1][header & 3] ?? 1);
}
