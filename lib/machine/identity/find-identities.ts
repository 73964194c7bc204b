/* machine/identity: keys and ids of a single machine, which no published image may contain. */

import type { Inside } from '../tree/inside/inside';
import { changedFiles } from './changed-files';
import { fits, type KnownFile, knownFiles } from './known-files';
import { packagesOf } from './packages-of';
import { certificateOf, isMaybeCertificate, keysOf, mostOfKey, privateKeyIn } from './private-key';

/** A file that every machine would get, and only one may have. */
export interface Identity {
  /** Relative to the tree. */
  readonly path: string;
  /** `private key`, `identity`, `certificate of a removed key` */
  readonly what: string;
  /** Package that made it; empty: not known. */
  readonly of: string;
  readonly known?: KnownFile;
}

interface Changed {
  readonly path: string;
  readonly bytes: Buffer;
  readonly known: KnownFile | undefined;
}

/**
 * The keys and identities that packages have made in a tree: those that the base had, and files that a package comes with,
 * are none.
 * @param upper holds what has changed: the upper folder of the tree's overlay
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

/** Paths of keys that the base has under another name: a package has moved them. Looks through the base only where there are keys. */
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
    // Through the tree: an upper folder may hold less than the whole file.
    yield { path, bytes: tree.read(path) ?? Buffer.alloc(0), known };
  }
}

/** What was made of a removed key is of no use without it: its public part, and a certificate. */
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

/** What has a package make its own at the first start is the same for all. */
function isStartingText({ bytes, known }: Changed): boolean {
  return bytes.length === 0 || (known?.instead !== undefined && bytes.equals(Buffer.from(known.instead)));
}
