import { MirrorError } from '../errors';
import { mirror } from '../job/layout';
import { writeFrontPage } from '../publication/front-page';
import { type MirrorKeyring, readKeyring, writeKeyring } from '../publication/keyring';
import { isSignedByNext, type KeyChange, signView } from '../publication/sign-view';
import { viewsOf } from '../publication/views';
import type { Signer } from '../simplestreams/openpgp/signer';
import type { Store } from '../store/store';

/** A mirror whose key is to be changed. */
export interface Rotation {
  readonly store: Store;
  /** The key that has signed so far. */
  readonly current: Signer;
  readonly next: Signer;
  readonly now: () => Date;
}

/** Where a mirror is on the way from one key to the next. */
export interface Rotated {
  /** Fingerprints of the keyring that it hands out now. */
  readonly keyring: readonly string[];
  /** Views that were signed anew by this step, and those that the next key had signed already. */
  readonly signed: readonly string[];
  readonly untouched: readonly string[];
}

/**
 * The first step: the keyring holds both keys, and everything is still signed by the old one. Now every site has to take
 * the new keyring, which also verifies what is there.
 * @throws BadInput, BadSignature where the mirror is not at this step
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
 * The second step: every view and snapshot is signed anew. From here on, a site that has only the old keyring refuses
 * the mirror; what publishes has to have the new key.
 * @throws BadInput, BadSignature where the mirror is not at this step
 */
export async function signAnew(rotation: Rotation): Promise<Rotated> {
  const { fingerprints } = await keyringBetween(rotation);
  if (!fingerprints.includes(rotation.next.fingerprint)) throw notAnnounced(rotation);
  const { signed, untouched } = await signAll(rotation);
  return reached(rotation.store, signed, untouched);
}

/**
 * The last step: the old key leaves the keyring.
 * @throws BadInput where a view is still signed by it
 */
export async function finishRotation(rotation: Rotation): Promise<Rotated> {
  const { store, next } = rotation;
  const before = await keyringBetween(rotation);
  if (!before.fingerprints.includes(next.fingerprint)) throw notAnnounced(rotation);
  await requireSigned(rotation);
  await signAll(rotation); // what follows an index, if a crash has left it behind
  await writeKeyring(store, before, next.keyring);
  // A publication by the old key may have come between; none does after this: it looks at the keyring first.
  const { signed, untouched } = await signAll(rotation);
  return reached(store, signed, untouched);
}

/** @throws BadInput for one key twice; BadSignature where the keyring holds anything but these two keys */
async function keyringBetween({ store, current, next }: Rotation): Promise<MirrorKeyring> {
  if (current.fingerprint === next.fingerprint) {
    throw new MirrorError('BadInput', `the old key and the new one are the same: ${next.fingerprint}`, {
      hint: 'name the key that has signed so far with --key and another with --new-key',
      misuse: true,
    });
  }
  const keyring = await readKeyring(store);
  const strange = keyring.fingerprints.find((one) => one !== current.fingerprint && one !== next.fingerprint);
  if (strange === undefined) return keyring;
  throw new MirrorError('BadSignature', `${mirror.keyring} of ${store.name} holds the key ${strange}`, {
    hint: `it is neither ${current.fingerprint} (old) nor ${next.fingerprint} (new): are these the keys of this mirror?`,
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
      hint: 'give the key that has signed this mirror so far with --key',
    },
  );
}

/** A publication may bring another view meanwhile: looks again until there is nothing left to sign. */
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
    await writeFrontPage(change);
    return { signed: [...signed], untouched: views.filter((view) => !signed.has(view)) };
  }
}

async function requireSigned(rotation: Rotation): Promise<void> {
  const change = changeOf(rotation);
  const left: string[] = [];
  for (const view of await viewsOf(rotation.store)) {
    if (!(await isSignedByNext(view, change))) left.push(view);
  }
  if (left.length === 0) return;
  throw new MirrorError('BadInput', `the new key has not signed ${left.join(', ')} yet`, {
    hint: 'sign them with --sign first, and let what publishes have the new key from then on',
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
  return new MirrorError('BadInput', `the keyring of ${store.name} does not hold the new key ${next.fingerprint} yet`, {
    hint: 'announce it first (the same command without --sign and --finish), and let every site take the keyring',
    misuse: true,
  });
}

function allDone({ store, next }: Rotation): MirrorError {
  return new MirrorError(
    'BadInput',
    `${store.name} hands out the new key ${next.fingerprint} alone: it is changed already`,
    {
      hint: 'there is nothing to do',
      misuse: true,
    },
  );
}
