import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { announceKey, finishRotation, type Rotation, signAnew } from '../../lib/operations/rotate-key';
import { verifyMirror } from '../../lib/operations/verify';
import { externalSigner } from '../../lib/simplestreams/openpgp/external-signer';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import { DirectoryStore } from '../../lib/store/directory/directory';
import type { Store } from '../../lib/store/store';
import { makeExternalKey } from '../fixtures/keys/external-key';
import { makePrivateKeyPackets } from '../fixtures/keys/private-key-packets';
import { makeSmallMirror, publicationTime, smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import { smallPress } from '../publication/made/small-press';
import { recordingStore, wrappedStore } from '../publication/made/wrapped-store';
import '../fixtures/needs-seconds';

const created = new Date('2026-11-25T10:00:00Z');
const now = new Date('2026-12-24T18:00:00Z');
let old: Signer;
let next: Signer;
let stranger: Signer;
beforeAll(async () => {
  [old, stranger] = await Promise.all([smallSigner(), smallSigner('somebody else')]);
  next = await externalSigner(await makeExternalKey(created));
});

/** Two views, and a snapshot with the documents of one of them, all signed by the old key. */
async function madeMirror(): Promise<DirectoryStore> {
  const directory = folderInMemory();
  await makeSmallMirror(directory, { signer: old });
  await makeSmallMirror(directory, { signer: old, view: 'stable', kernels: ['generic'] });
  return makeSmallMirror(directory, { signer: old, view: 'snapshots/2026-11-20', label: 'candidate' });
}

const rotation = (store: Store, changes: Partial<Rotation> = {}): Rotation => ({
  ...{ store, current: old, next, now: () => now },
  ...changes,
});

/** The rules that are broken, for a reader with this keyring. */
async function broken(store: DirectoryStore, keyring?: Buffer): Promise<string[]> {
  const scratch = folderInMemory();
  const file = join(scratch, 'given.gpg');
  if (keyring !== undefined) writeFileSync(file, keyring);
  const { problems } = await verifyMirror(store, { scratch, objects: false, ...(keyring && { keyring: file }) });
  return [...new Set(problems.map(({ rule }) => rule))];
}

const bytesOf = async (store: Store, key: string) => (await store.read(key))?.bytes ?? Buffer.alloc(0);

async function documentsOf(store: Store, view: string): Promise<string[]> {
  const { text } = splitClearsigned(await bytesOf(store, layout.index(view)));
  const { index } = JSON.parse(text) as { index: Record<string, { path: string }> };
  return Object.values(index).map(({ path }) => path);
}

describe('a change of the key', () => {
  it('is announced: both keys are handed out, and readers with either keyring of before see what they saw', async () => {
    const store = await madeMirror();

    const announced = await announceKey(rotation(store));

    expect(announced).toEqual({ keyring: [old.fingerprint, next.fingerprint], signed: [], untouched: [] });
    expect(await bytesOf(store, layout.keyring)).toEqual(Buffer.concat([old.keyring, next.keyring]));
    expect(await broken(store)).toEqual([]);
    expect(await broken(store, old.keyring)).toEqual([]);
    expect(await broken(store, next.keyring)).toEqual(['signature']);
  });

  it('signs every view and snapshot anew: readers with both keys, or the new one, see all of it', async () => {
    const store = await madeMirror();
    const before = await documentsOf(store, 'candidate');
    await announceKey(rotation(store));

    const { signed } = await signAnew(rotation(store));

    expect(signed).toEqual(['candidate', 'snapshots/2026-11-20', 'stable']);
    expect(await broken(store)).toEqual([]);
    expect(await broken(store, next.keyring)).toEqual([]);
    expect(await broken(store, old.keyring)).toEqual(['signature']);
    const after = await documentsOf(store, 'candidate');
    expect(after).not.toEqual(before);
    expect(await documentsOf(store, 'snapshots/2026-11-20')).toEqual(after);
    expect((await bytesOf(store, layout.frontPage)).toString()).toContain(next.fingerprint);
    // dated as if the new key had been the key since it was made: then a second try makes the same files
    const { signature } = splitClearsigned(await bytesOf(store, layout.document('candidate', after[0] ?? '')));
    const firstSubpacket = 3 + 6; // behind the packet's header and the fields before its subpackets
    expect(new Date(signature.readUInt32BE(firstSubpacket + 2) * 1000)).toEqual(created);
    // what a reader may hold in its hands is still there
    expect((await bytesOf(store, layout.document('candidate', before[0] ?? ''))).length).toBeGreaterThan(0);
  });

  it('changes nothing in what the documents say', async () => {
    const store = await madeMirror();
    const textOf = async () => {
      const [path = ''] = await documentsOf(store, 'stable');
      return splitClearsigned(await bytesOf(store, layout.document('stable', path))).text;
    };
    const before = await textOf();
    await announceKey(rotation(store));
    await signAnew(rotation(store));
    expect(await textOf()).toBe(before);
  });

  it('is finished: the old key is gone', async () => {
    const store = await madeMirror();
    await announceKey(rotation(store));
    await signAnew(rotation(store));

    const finished = await finishRotation(rotation(store));

    expect(finished).toEqual({
      keyring: [next.fingerprint],
      signed: [],
      untouched: ['candidate', 'snapshots/2026-11-20', 'stable'],
    });
    expect(await bytesOf(store, layout.keyring)).toEqual(next.keyring);
    expect((await bytesOf(store, layout.armouredKeyring)).toString()).toBe(next.armouredKeyring);
    expect(await broken(store)).toEqual([]);
  });

  it('does each step again without writing anything that counts', async () => {
    const store = await madeMirror();
    for (const step of [announceKey, signAnew, finishRotation]) {
      await step(rotation(store));
      const { store: recorded, writes } = recordingStore(store);
      if (step === announceKey || step === signAnew) await step(rotation(recorded));
      expect(writes.filter((write) => !/keyring\.asc|index\.html/.test(write))).toEqual([]);
    }
  });

  it('can be called off before it is finished', async () => {
    const store = await madeMirror();
    await announceKey(rotation(store));
    await signAnew(rotation(store));

    const back = rotation(store, { current: next, next: old });
    await signAnew(back);
    await finishRotation(back);

    expect(await bytesOf(store, layout.keyring)).toEqual(old.keyring);
    expect(await broken(store, old.keyring)).toEqual([]);
  });

  it('goes on after a crash at any write, and what is there meanwhile can be verified', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer: old, kernels: ['generic'] });
    const snapshot = { view: 'snapshots/2026-11-20', label: 'candidate', kernels: ['generic'] };
    const made = await makeSmallMirror(directory, { signer: old, ...snapshot });
    const { store: recorded, writes } = recordingStore(copyOf(made));
    await announceKey(rotation(recorded));
    const announcing = writes.length;
    await signAnew(rotation(recorded));
    await finishRotation(rotation(recorded));

    for (let last = announcing; last < writes.length; last++) {
      const store = copyOf(made);
      await expect(allSteps(failingAfter(store, last))).rejects.toThrow('crash');
      // index.json follows index.sjson, and keyring.asc keyring.gpg; else all is whole
      const rules = await broken(store);
      const behind = ['behind', ...(writes[last - 1] === 'replace keyring.gpg' ? ['keyring'] : [])];
      expect({ after: writes[last - 1], rules: rules.filter((rule) => !behind.includes(rule)) }).toEqual({
        after: writes[last - 1],
        rules: [],
      });
      await allSteps(store);
      expect(await broken(store)).toEqual([]);
      expect(await bytesOf(store, layout.keyring)).toEqual(next.keyring);
    }
  });
});

async function allSteps(store: Store): Promise<void> {
  const done = (await bytesOf(store, layout.keyring)).equals(next.keyring);
  if (!done) await announceKey(rotation(store));
  await signAnew(rotation(store));
  await finishRotation(rotation(store));
}

function copyOf({ root }: DirectoryStore): DirectoryStore {
  const folder = folderInMemory();
  cpSync(root, folder, { recursive: true, verbatimSymlinks: true });
  return new DirectoryStore(folder);
}

/** A store that does so many writes and then no more. */
function failingAfter(inner: Store, writes: number): Store {
  let done = 0;
  return wrappedStore(inner, ({ method }, go) => {
    if (method !== 'head' && method !== 'read' && done++ >= writes) throw new Error('crash');
    return go();
  });
}

describe('publishing while the key is changed', () => {
  const [first, second] = [
    { kernels: [{ kernel: 'generic' }] },
    { kernels: [{ kernel: 'generic', version: '6.1.158-1' }] },
  ];

  it('goes on by the old key until all is signed anew, and by the new key from then on', async () => {
    const press = smallPress(old);
    press.turnClockTo('2026-11-26T08:30:00Z');
    await press.publish(first);
    await announceKey(rotation(press.mirror));
    await press.publish(second);
    expect(await broken(press.mirror)).toEqual([]);

    await signAnew(rotation(press.mirror));
    await expect(press.publish(first)).rejects.toMatchObject({ name: 'BadSignature' });
    await publishByNext(press.mirror);
    expect(await broken(press.mirror)).toEqual([]);
    await finishRotation(rotation(press.mirror));
    await publishByNext(press.mirror, '6.1.170-1');
    expect(await broken(press.mirror, next.keyring)).toEqual([]);
  });

  async function publishByNext(mirror: DirectoryStore, version = '6.1.160-1'): Promise<void> {
    const press = smallPress(next);
    const execution = `next-${version.replaceAll('.', '-')}`; // a version's folder belongs to an execution
    press.turnClockTo('2026-12-25T08:30:00Z');
    await press.publish({ kernels: [{ kernel: 'generic', version }], execution, view: execution }, { mirror });
  }

  it('refuses to publish by a key beside which there are others, or a private one', async () => {
    const { secret } = await makePrivateKeyPackets();
    for (const more of [Buffer.concat([next.keyring, stranger.keyring]), secret]) {
      const press = smallPress(old);
      await press.mirror.replace(layout.keyring, Buffer.concat([old.keyring, more]), {});
      await expect(press.publish(first)).rejects.toMatchObject({
        name: 'BadSignature',
        message: expect.stringContaining(`does not match the signing key ${old.fingerprint}`),
      });
    }
  });

  it('loses nothing where a publication comes between', async () => {
    const press = smallPress(old);
    press.turnClockTo('2026-11-26T08:30:00Z');
    await press.publish(first);
    await announceKey(rotation(press.mirror));

    let between = false;
    const store = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === layout.index('candidate') && !between) {
        between = true;
        await press.publish(second);
        await press.publish({ ...first, view: 'brand-new' });
      }
      return go();
    });
    const { signed } = await signAnew(rotation(store));

    expect(between).toBe(true);
    expect(signed).toEqual(['candidate', 'brand-new']);
    expect(await smallVersions(press.mirror)).toHaveLength(2);
    expect(await broken(press.mirror, next.keyring)).toEqual([]);
  });

  async function smallVersions(mirror: Store): Promise<string[]> {
    const [path = ''] = await documentsOf(mirror, 'candidate');
    const { text } = splitClearsigned(await bytesOf(mirror, layout.document('candidate', path)));
    const { products } = JSON.parse(text) as { products: Record<string, { versions: object }> };
    return Object.values(products).flatMap(({ versions }) => Object.keys(versions));
  }
});

describe('a change of the key, of what was changed by others', () => {
  it('refuses to sign what neither key has signed, and what was changed', async () => {
    const store = await madeMirror();
    await announceKey(rotation(store));
    const index = layout.index('candidate');
    const { text } = splitClearsigned(await bytesOf(store, index));
    const honest = await bytesOf(store, index);
    await store.replace(index, Buffer.from(await stranger.clearsign(text, publicationTime)), {});
    await expect(signAnew(rotation(store))).rejects.toMatchObject({ name: 'BadSignature' });

    await store.replace(index, honest, {});
    const [path = ''] = await documentsOf(store, 'candidate');
    const document = layout.document('candidate', path);
    const changed = Buffer.from((await bytesOf(store, document)).toString().replace('"arch"', '"Arch"'));
    await store.remove(document);
    await expect(signAnew(rotation(store))).rejects.toMatchObject({ name: 'NoSuchObject' });
    await store.create(document, changed);
    await expect(signAnew(rotation(store))).rejects.toMatchObject({ name: 'ChecksumMismatch' });
  });
});
