import { MirrorError } from '../errors';
import { mirror } from '../job/layout';
import { signTombstone } from '../publication/delete-view';
import { writeFrontPage } from '../publication/mirror/front-page';
import { type MirrorKeyring, readKeyring, writeKeyring } from '../publication/mirror/keyring';
import type { KeyChange } from '../publication/press';
import { readSigned } from '../publication/read-index';
import { isSignedByNext, signView } from '../publication/sign-view';
import { viewFoldersOf, viewsOf } from '../publication/views';
import type { Signer } from '../simplestreams/openpgp/signer';
import type { Store } from '../store/store';

/** A mirror whose key is rotated. */
export interface Rotation {
  readonly store: Store;
  /** The old key, which has signed the mirror so far. */
  readonly current: Signer;
  readonly next: Signer;
  readonly now: () => Date;
}

/** The state of a mirror after a step of the rotation. */
export interface Rotated {
  /** Fingerprints in the mirror's current keyring. */
  readonly keyring: readonly string[];
  /** Views that this step re-signed, and those that the new key had signed already. */
  readonly signed: readonly string[];
  readonly untouched: readonly string[];
}

/**
 * First step: adds the new key to the keyring; everything is still signed with the old one. Every site must then install
 * the new keyring, which verifies the signatures of both keys.
 * @throws BadInput, BadSignature if the mirror is not at this step
 */
export async function announceKey(rotation: Rotation): Promise<Rotated> {
  const { store, current, next } = rotation;
  const before = await keyringBetween(rotation);
  if (before.fingerprints.length === 1 && before.fingerprints[0] === next.fingerprint) throw allDone(rotation);
  const both = before.fingerprints.length === 2 ? before.bytes : Buffer.concat([current.keyring, next.keyring]);
  await writeKeyring(store, before, both);
  return reached(store, [], []);
}

/**
 * Second step: re-signs every view and snapshot. From then on, a site with only the old keyring refuses the mirror, and
 * everything that publishes must use the new key.
 * @throws BadInput, BadSignature if the mirror is not at this step
 */
export async function signAnew(rotation: Rotation): Promise<Rotated> {
  const { fingerprints } = await keyringBetween(rotation);
  if (!fingerprints.includes(rotation.next.fingerprint)) throw notAnnounced(rotation);
  const { signed, untouched } = await signAll(rotation);
  return reached(rotation.store, signed, untouched);
}

/**
 * Last step: removes the old key from the keyring.
 * @throws BadInput if a view is still signed with it
 */
export async function finishRotation(rotation: Rotation): Promise<Rotated> {
  const { store, next } = rotation;
  const before = await keyringBetween(rotation);
  if (!before.fingerprints.includes(next.fingerprint)) throw notAnnounced(rotation);
  await requireSigned(rotation);
  await signAll(rotation); // also updates an index.json that a crash left outdated
  await writeKeyring(store, before, next.keyring);
  // A build may have published with the old key in between. None can from now on: it checks the keyring first.
  const { signed, untouched } = await signAll(rotation);
  return reached(store, signed, untouched);
}

/** @throws BadInput if both keys are the same; BadSignature if the keyring contains any other key */
async function keyringBetween({ store, current, next }: Rotation): Promise<MirrorKeyring> {
  if (current.fingerprint === next.fingerprint) {
    throw new MirrorError('BadInput', `--key and --new-key are the same key: ${next.fingerprint}`, {
      hint: 'give the key that signs this mirror with --key, and another one with --new-key',
      misuse: true,
    });
  }
  const keyring = await readKeyring(store);
  const strange = keyring.fingerprints.find((one) => one !== current.fingerprint && one !== next.fingerprint);
  if (strange === undefined) return keyring;
  throw new MirrorError('BadSignature', `${mirror.keyring} of ${store.name} contains the key ${strange}`, {
    hint: `expected only ${current.fingerprint} (--key) and ${next.fingerprint} (--new-key): check that these are the keys of this mirror`,
  });
}

/**
 * Checks, before a new key is made, that this key signs the mirror.
 * @throws BadSignature; what readKeyring throws
 */
export async function requireKeyOf(store: Store, { fingerprint }: Signer): Promise<void> {
  const { fingerprints } = await readKeyring(store);
  if (!fingerprints.includes(fingerprint)) throw wrongKey(store, fingerprints, fingerprint);
}

function wrongKey(store: Store, held: readonly string[], fingerprint: string): MirrorError {
  return new MirrorError(
    'BadSignature',
    `${store.name} is signed with the key ${held.join(', ')}, not ${fingerprint}`,
    {
      hint: 'give the key that signs this mirror with --key',
    },
  );
}

/** Repeats until nothing is left to sign: a build may publish another view in the meantime. */
async function signAll(rotation: Rotation): Promise<{ signed: string[]; untouched: string[] }> {
  const change = changeOf(rotation);
  const signed = new Set<string>();
  for (;;) {
    const views = await viewsOf(rotation.store);
    let found = false;
    for (const view of views) {
      if (!(await signView(view, change))) continue;
      signed.add(view);
      found = true;
    }
    if (found) continue;
    if (await signTombstones(change)) continue;
    await writeFrontPage(change);
    return { signed: [...signed], untouched: views.filter((view) => !signed.has(view)) };
  }
}

/** Of deleted views. @returns whether there was something to sign */
async function signTombstones(change: KeyChange): Promise<boolean> {
  let found = false;
  for (const view of await viewFoldersOf(change.mirror)) found = (await signTombstone(view, change)) || found;
  return found;
}

async function requireSigned(rotation: Rotation): Promise<void> {
  const change = changeOf(rotation);
  const left: string[] = [];
  for (const view of await viewsOf(rotation.store)) {
    if (!(await isSignedByNext(view, change))) left.push(view);
  }
  for (const view of await viewFoldersOf(rotation.store)) {
    const tombstone = await readSigned(mirror.tombstone(view), change);
    if (tombstone?.byFormer) left.push(`${view} (deleted)`);
  }
  if (left.length === 0) return;
  throw new MirrorError('BadInput', `the new key has not signed these views yet: ${left.join(', ')}`, {
    hint: 'run with --sign first; from then on, everything that publishes must use the new key',
    misuse: true,
  });
}

function changeOf({ store, current, next, now }: Rotation): KeyChange {
  return { mirror: store, signer: next, former: current, now };
}

async function reached(store: Store, signed: string[], untouched: string[]): Promise<Rotated> {
  return { keyring: (await readKeyring(store)).fingerprints, signed, untouched };
}

function notAnnounced({ store, next }: Rotation): MirrorError {
  return refusal(
    `the keyring of ${store.name} does not contain the new key ${next.fingerprint} yet`,
    'announce it first (the same command without --sign or --finish), then install the keyring at every site',
  );
}

function allDone({ store, next }: Rotation): MirrorError {
  return refusal(
    `the keyring of ${store.name} contains only the new key ${next.fingerprint}: the rotation is finished`,
    'nothing is left to do',
  );
}

function refusal(message: string, hint: string): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
}
