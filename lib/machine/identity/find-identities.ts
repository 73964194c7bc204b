/* machine/identity: keys and ids of a single machine, which must not be in a published image. */

import type { Inside } from '../tree/inside/inside';
import { changedFiles } from './changed-files';
import { fits, type KnownFile, knownFiles } from './known-files';
import { packagesOf } from './packages-of';
import { certificateOf, isMaybeCertificate, keysOf, mostOfKey, privateKeyIn } from './private-key';

/** A file that must be unique to a machine, but would be deployed to all. */
export interface Identity {
  /** Path in the tree. */
  readonly path: string;
  /** `private key`, `identity`, `certificate of a removed key` */
  readonly what: string;
  /** Package that created it; empty if not known. */
  readonly of: string;
  readonly known?: KnownFile;
}

interface Changed {
  readonly path: string;
  readonly bytes: Buffer;
  readonly known: KnownFile | undefined;
}

/**
 * Finds the keys and identities that packages have created in a tree, except those of the base and files shipped in a
 * package.
 * @param upper the upper folder of the tree's overlay, with the changed files
 */
export function findIdentities(tree: Inside, before: Inside, upper: Inside): Identity[] {
  const packages = packagesOf(tree);
  const keys: Changed[] = [];
  const found: Identity[] = [];
  const certificates: string[] = [];
  for (const one of changedIn(tree, upper)) {
    const { path, bytes, known } = one;
    const key = privateKeyIn(bytes);
    if (key === undefined && known === undefined) {
      if (isMaybeCertificate(bytes)) certificates.push(path);
      continue;
    }
    if (isOfBase(one, before) || isStartingText(one) || packages.ships(path, bytes)) continue;
    keys.push(one);
    found.push({ path, what: key ?? 'identity', of: known?.of ?? packages.makerOf(path), ...(known && { known }) });
  }
  const moved = movedIn(keys, before);
  const own = found.filter(({ path }) => !moved.includes(path));
  const ownKeys = keys.filter(({ path }) => !moved.includes(path));
  return [...own, ...belongingTo(ownKeys, own, certificates, { tree, before })];
}

/** Paths of keys that a package has only moved: the base has them under another name. Searched only if keys were found. */
function movedIn(keys: readonly Changed[], before: Inside): string[] {
  const unnamed = keys.filter(({ known }) => known === undefined);
  if (unnamed.length === 0) return [];
  const isAsLong = (size: number) => unnamed.some(({ bytes }) => bytes.length === size);
  const held = [...changedFiles(before)].filter(({ size }) => isAsLong(size)).map(({ path }) => before.read(path));
  return unnamed.filter(({ bytes }) => held.some((one) => one?.equals(bytes))).map(({ path }) => path);
}

function* changedIn(tree: Inside, upper: Inside): Generator<Changed> {
  for (const { path, size } of changedFiles(upper)) {
    const known = knownFiles.find((one) => fits(path, one));
    if (size > mostOfKey && known === undefined) continue;
    // Read from the tree: a file in an upper folder may be incomplete.
    yield { path, bytes: tree.read(path) ?? Buffer.alloc(0), known };
  }
}

/** The public part and the certificates of removed keys, which are useless without them. */
function belongingTo(
  keys: readonly Changed[],
  found: readonly Identity[],
  certificates: readonly string[],
  { tree, before }: { readonly tree: Inside; readonly before: Inside },
): Identity[] {
  const others = found.map(({ path }) => path);
  const isNew = (path: string) => {
    const bytes = tree.read(path);
    return bytes !== undefined && !others.includes(path) && !before.read(path)?.equals(bytes);
  };
  const publicParts = found.filter(({ path }) => tree.kindOf(`${path}.pub`) === 'file' && isNew(`${path}.pub`));
  const secrets = keys.flatMap(({ bytes }) => keysOf(bytes));
  const ofSecret = (path: string) => {
    const certificate =
      secrets.length > 0 && isNew(path) ? certificateOf(tree.read(path) ?? Buffer.alloc(0)) : undefined;
    return certificate !== undefined && secrets.some((key) => certificate.checkPrivateKey(key));
  };
  return [
    ...publicParts.map(({ path, of }) => ({ path: `${path}.pub`, what: 'public part of a removed key', of })),
    ...certificates.filter(ofSecret).map((path) => ({ path, what: 'certificate of a removed key', of: '' })),
  ];
}

function isOfBase({ path, bytes }: Changed, before: Inside): boolean {
  return before.kindOf(path) === 'file' && (before.read(path)?.equals(bytes) ?? false);
}

/** Text that makes a package create its own identity at first start is the same on all machines. */
function isStartingText({ bytes, known }: Changed): boolean {
  return bytes.length === 0 || (known?.instead !== undefined && bytes.equals(Buffer.from(known.instead)));
}
