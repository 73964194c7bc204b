import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { announceKey, finishRotation, type Rotation, requireKeyOf, signAnew } from '../../lib/operations/rotate-key';
import { changeView } from '../../lib/publication/change-view';
import { deleteView } from '../../lib/publication/delete-view';
import { readView } from '../../lib/publication/read-view';
import { armouredKeyring } from '../../lib/simplestreams/openpgp/keyring';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { Store } from '../../lib/store/store';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../publication/made/memory-store';
import { madeVersion, publishing } from '../publication/made/small-view';
import { recordingStore, wrappedStore } from '../publication/made/wrapped-store';
import '../fixtures/needs-seconds';

const now = () => new Date('2026-12-24T18:00:00Z');
let old: Signer;
let next: Signer;
let stranger: Signer;
beforeAll(async () => {
  [old, next, stranger] = await Promise.all([smallSigner('old'), smallSigner('next'), smallSigner('stranger')]);
});

async function publish(mirror: MemoryStore, view: string, signer: Signer): Promise<void> {
  const version = await madeVersion(mirror, 'images', `of-${view}`);
  await changeView(view, publishing('images', version), { mirror, signer, now });
}

/** A mirror with these views, signed by the old key, and a keyring. */
async function madeMirror(views = ['candidate', 'stable'], keyring = old.keyring): Promise<MemoryStore> {
  const mirror = new MemoryStore();
  for (const view of views) await publish(mirror, view, old);
  await mirror.replace(layout.keyring, keyring, {});
  await mirror.replace(layout.armouredKeyring, Buffer.from(armouredKeyring(keyring)), {});
  return mirror;
}

const rotation = (store: Store, changes: Partial<Rotation> = {}): Rotation => ({
  ...{ store, current: old, next, now },
  ...changes,
});
const both = () => Buffer.concat([old.keyring, next.keyring]);
const keyringsOf = ({ objects }: MemoryStore) => [objects.get('keyring.gpg'), String(objects.get('keyring.asc'))];

describe('the steps of a change of the key', () => {
  it('announce both keys, sign every view, and drop the old key', async () => {
    const store = await madeMirror();

    expect(await announceKey(rotation(store))).toEqual({
      ...{ keyring: [old.fingerprint, next.fingerprint], signed: [], untouched: [] },
    });
    expect(keyringsOf(store)).toEqual([both(), armouredKeyring(both())]);

    expect(await signAnew(rotation(store))).toEqual({
      ...{ keyring: [old.fingerprint, next.fingerprint], signed: ['candidate', 'stable'], untouched: [] },
    });
    expect(String(store.objects.get('index.html'))).toContain(next.fingerprint);

    expect(await finishRotation(rotation(store))).toEqual({
      ...{ keyring: [next.fingerprint], signed: [], untouched: ['candidate', 'stable'] },
    });
    expect(keyringsOf(store)).toEqual([next.keyring, next.armouredKeyring]);
  });

  it('sign what is left of deleted views, and refuse to finish before', async () => {
    const store = await madeMirror(['candidate', 'lab'], both());
    const tombstone = () => store.objects.get(layout.tombstone('lab')) ?? Buffer.alloc(0);
    await signAnew(rotation(store));
    await publish(store, 'lab-2', old);
    await deleteView('lab', { what: 'view' }, { mirror: store, signer: next, now });
    await deleteView('lab-2', { what: 'view' }, { mirror: store, signer: old, now });
    await expect(finishRotation(rotation(store))).rejects.toMatchObject({
      message: 'the new key has not signed these views yet: lab-2 (deleted)',
    });

    const before = tombstone();
    await signAnew(rotation(store));
    await finishRotation(rotation(store));
    expect(tombstone()).toEqual(before);
    const { head } = await readView('lab-2', { mirror: store, signer: next });
    expect(head.entries).toBe(2);
  });

  it('can be repeated, and say what they left alone', async () => {
    const store = await madeMirror(['candidate']);
    await announceKey(rotation(store));
    const { store: recorded, writes } = recordingStore(store);
    expect(await announceKey(rotation(recorded))).toMatchObject({ keyring: [old.fingerprint, next.fingerprint] });
    expect(writes).toEqual(['replace keyring.asc']);

    await signAnew(rotation(store));
    await publish(store, 'stable', old);
    expect(await signAnew(rotation(store))).toMatchObject({ signed: ['stable'], untouched: ['candidate'] });
  });

  it('keep the order of a keyring that holds both keys, as after one was called off', async () => {
    const turned = Buffer.concat([next.keyring, old.keyring]);
    const store = await madeMirror(['candidate'], turned);

    expect(await announceKey(rotation(store))).toMatchObject({ keyring: [next.fingerprint, old.fingerprint] });
    expect(keyringsOf(store)[0]).toEqual(turned);
  });

  it('sign what the old key publishes between the last look and the end', async () => {
    const store = await madeMirror(['candidate'], both());
    await signAnew(rotation(store));
    const between = wrappedStore(store, async ({ method, key }, go) => {
      if (method === 'replace' && key === layout.keyring) await publish(store, 'late', old);
      return go();
    });

    expect(await finishRotation(rotation(between))).toEqual({
      ...{ keyring: [next.fingerprint], signed: ['late'], untouched: ['candidate'] },
    });
  });

  it('bring what follows an index, where a crash has left it behind', async () => {
    const store = await madeMirror(['candidate'], both());
    await signAnew(rotation(store));
    const key = layout.plainIndex('candidate');
    const whole = store.objects.get(key);
    store.objects.delete(key);
    const late = wrappedStore(store, async (call, go) => {
      if (call.method === 'replace' && call.key === layout.keyring) expect(store.objects.get(key)).toEqual(whole);
      return go();
    });
    await finishRotation(rotation(late));

    expect(store.objects.get(key)).toEqual(whole);
  });
});

describe('a step that comes too early or too late', () => {
  it('refuses to sign or finish by a key that nobody has announced', async () => {
    const store = await madeMirror();
    const { store: recorded, writes } = recordingStore(store);
    for (const step of [signAnew, finishRotation]) {
      await expect(step(rotation(recorded))).rejects.toMatchObject({
        name: 'BadInput',
        message: `the keyring of memory does not contain the new key ${next.fingerprint} yet`,
        hint: 'announce it first (the same command without --sign or --finish), then install the keyring at every site',
        misuse: true,
      });
    }
    expect(writes).toEqual([]);
  });

  it('refuses to finish while views are signed by the old key, and names them alone', async () => {
    const store = await madeMirror(['candidate', 'next', 'stable'], both());
    await signAnew(rotation(store));
    for (const view of ['late', 'later']) await publish(store, view, old);
    const { store: recorded, writes } = recordingStore(store);

    await expect(finishRotation(rotation(recorded))).rejects.toMatchObject({
      name: 'BadInput',
      message: 'the new key has not signed these views yet: late, later',
      hint: 'run with --sign first; from then on, everything that publishes must use the new key',
      misuse: true,
    });
    expect(writes).toEqual([]);
  });

  it('refuses to announce a key that is the only one already', async () => {
    const store = await madeMirror(['candidate'], next.keyring);
    await expect(announceKey(rotation(store))).rejects.toMatchObject({
      name: 'BadInput',
      message: `the keyring of memory contains only the new key ${next.fingerprint}: the rotation is finished`,
      hint: 'nothing is left to do',
      misuse: true,
    });
  });
});

describe('a change of the key by the wrong keys', () => {
  it('refuses one key twice', async () => {
    const store = await madeMirror(['candidate']);
    for (const step of [announceKey, signAnew, finishRotation]) {
      await expect(step(rotation(store, { next: old }))).rejects.toMatchObject({
        name: 'BadInput',
        message: `--key and --new-key are the same key: ${old.fingerprint}`,
        hint: 'give the key that signs this mirror with --key, and another one with --new-key',
        misuse: true,
      });
    }
  });

  it('refuses a mirror whose keyring holds another one, in whatever place', async () => {
    for (const keyrings of [[stranger], [old, stranger], [stranger, next]]) {
      const store = await madeMirror([], Buffer.concat(keyrings.map(({ keyring }) => keyring)));
      await expect(announceKey(rotation(store))).rejects.toMatchObject({
        name: 'BadSignature',
        message: `keyring.gpg of memory contains the key ${stranger.fingerprint}`,
        hint: `expected only ${old.fingerprint} (--key) and ${next.fingerprint} (--new-key): check that these are the keys of this mirror`,
      });
    }
  });

  it('refuses a mirror without a keyring', async () => {
    await expect(announceKey(rotation(new MemoryStore()))).rejects.toMatchObject({ name: 'NoSuchObject' });
  });

  it('refuses a keyring that somebody else changes meanwhile', async () => {
    const store = await madeMirror([]);
    const between = wrappedStore(store, async ({ method, key }, go) => {
      if (method === 'replace' && key === layout.keyring) await store.replace(key, stranger.keyring, {});
      return go();
    });
    await expect(announceKey(rotation(between))).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('refuses a key that does not sign the mirror, before another is made', async () => {
    const store = await madeMirror([], both());
    await requireKeyOf(store, old);
    await requireKeyOf(store, next);
    await expect(requireKeyOf(store, stranger)).rejects.toMatchObject({
      name: 'BadSignature',
      message: `memory is signed with the key ${old.fingerprint}, ${next.fingerprint}, not ${stranger.fingerprint}`,
      hint: 'give the key that signs this mirror with --key',
    });
  });
});
