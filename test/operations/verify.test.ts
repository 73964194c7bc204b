import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { MirrorError } from '../../lib/errors';
import { mirror } from '../../lib/job/layout';
import { type VerifyOptions, type VerifyReport, verifyMirror } from '../../lib/operations/verify';
import { checkStandings } from '../../lib/operations/verify/check-standing';
import { checkView } from '../../lib/operations/verify/check-view';
import type { Problem } from '../../lib/operations/verify/problem';
import { signatureCheck } from '../../lib/operations/verify/signature-check';
import { parseIndex, writeJson } from '../../lib/simplestreams/json';
import { armouredKeyring } from '../../lib/simplestreams/openpgp/keyring';
import { clearsigned } from '../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import type { IndexEntry, Products } from '../../lib/simplestreams/types';
import { measureBytes } from '../../lib/store/digest';
import { DirectoryStore } from '../../lib/store/directory/directory';
import type { ObjectHead } from '../../lib/store/store';
import { makePrivateKeyPackets } from '../fixtures/keys/private-key-packets';
import { makeSmallMirror, publicationTime, smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';
import { shapeOf } from '../fixtures/trees/tree-shape';

let signer: Signer;
let stranger: Signer;
beforeAll(async () => {
  [signer, stranger] = await Promise.all([smallSigner(), smallSigner('somebody else')]);
});

const nextDay = new Date(publicationTime.getTime() + 24 * 60 * 60 * 1000);

describe('a mirror that is whole', () => {
  test('has no problems, and its content is counted', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });

    expect(await verified(store)).toEqual({
      views: [{ view: 'candidate', products: 2, versions: 2, objects: 8, bytes: 75_000 }],
      documents: 1,
      objects: 8,
      bytes: 75_000,
      problems: [],
    });
  });

  test('is read object by object, each once however many views offer it', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer });
    await makeSmallMirror(directory, { signer, view: 'stable' });
    await makeSmallMirror(directory, { signer, view: 'snapshots/2026-11-20', label: 'candidate' });
    const store = new CountingStore(directory);
    const progress: string[] = [];

    const report = await verified(store, { onProgress: (done, total) => progress.push(`${done}/${total}`) });

    expect(report.problems).toEqual([]);
    expect(report.views.map(({ view }) => view)).toEqual(['candidate', 'snapshots/2026-11-20', 'stable']);
    expect(report.objects).toBe(8);
    expect(store.heads.filter((key) => key.startsWith('pool/'))).toHaveLength(8);
    expect(progress).toEqual(['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8']);
  });

  test('is read with as many readers at once as are asked for', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer });
    const store = new CountingStore(directory);

    await verified(store, { concurrency: 3 });

    expect(store.mostAtOnce).toBe(3);
  });

  test('is verified view by view where views are named', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer, view: 'stable' });
    const store = await makeSmallMirror(directory, { signer });
    writeFileSync(join(directory, mirror.index('stable')), 'nothing');

    expect((await verified(store, { views: ['candidate'] })).problems).toEqual([]);
    expect(blamed(await verified(store))).toEqual([mirror.index('stable')]);
  });

  test('has its objects left alone where only the metadata is asked for', async () => {
    const directory = folderInMemory();
    await makeSmallMirror(directory, { signer });
    const store = new CountingStore(directory);

    const report = await verified(store, { objects: false });

    expect(report).toMatchObject({ objects: 0, bytes: 0, problems: [] });
    expect(store.heads).toEqual([]);
  });
});

describe('whose signature counts', () => {
  test('a keyring that is given takes the place of the own one, binary or armoured', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const folder = folderInMemory();
    const keyrings = { good: signer.keyring, armoured: signer.armouredKeyring, foreign: stranger.keyring };
    for (const [name, keyring] of Object.entries(keyrings)) writeFileSync(join(folder, name), keyring);

    expect((await verified(store, { keyring: join(folder, 'good') })).problems).toEqual([]);
    expect((await verified(store, { keyring: join(folder, 'armoured') })).problems).toEqual([]);
    const { problems } = await verified(store, { keyring: join(folder, 'foreign') });
    expect(new Set(problems.map(({ rule }) => rule))).toEqual(new Set(['signature']));
    expect(problems).toHaveLength(4);
    expect(problems[0]?.message).toContain('No public key');
  });

  test('a keyring that is given makes up for one that the mirror does not have', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    await store.remove(mirror.keyring);
    await store.remove(mirror.armouredKeyring);
    const keyring = join(folderInMemory(), 'keyring.gpg');
    writeFileSync(keyring, signer.keyring);

    expect((await verified(store, { keyring })).problems).toEqual([]);
    expect(blamed(await verified(store))).toEqual([mirror.keyring, mirror.armouredKeyring]);
  });

  test('refuses a keyring that is not there, or does not hold the pinned key', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const keyring = join(folderInMemory(), 'keyring.gpg');

    await expect(verified(store, { keyring })).rejects.toMatchObject({ name: 'BadInput', misuse: true });
    writeFileSync(keyring, signer.keyring);
    await expect(verified(store, { keyring, fingerprint: stranger.fingerprint })).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(stranger.fingerprint),
      hint: expect.stringContaining(signer.fingerprint),
    });
    expect((await verified(store, { keyring, fingerprint: signer.fingerprint })).problems).toEqual([]);
  });

  test('a fingerprint pins the key, in whatever form it is written', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const spaced = signer.fingerprint.toLowerCase().replace(/.{4}/g, '$& ');

    for (const fingerprint of [signer.fingerprint, spaced, `0x${signer.fingerprint}`]) {
      expect((await verified(store, { fingerprint })).problems).toEqual([]);
    }
    const { problems } = await verified(store, { fingerprint: stranger.fingerprint });
    expect(problems).toMatchObject([{ object: mirror.keyring, rule: 'fingerprint' }]);
    expect(problems[0]?.message).toContain(signer.fingerprint);
  });

  test('a second key that was slipped into the keyring signs nothing where the first is pinned', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer: stranger });
    const both = Buffer.concat([signer.keyring, stranger.keyring]);
    await store.replace(mirror.keyring, both, {});
    await store.replace(mirror.armouredKeyring, Buffer.from(armouredKeyring(both)), {});

    expect((await verified(store)).problems).toEqual([]);
    const { problems } = await verified(store, { fingerprint: signer.fingerprint });
    expect(problems.map(({ rule }) => rule)).toEqual(['signature', 'signature', 'signature', 'signature']);
  });

  test('an index that somebody else signed is found, and the documents are still looked at', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const { text } = splitClearsigned(await bytesOf(store, mirror.index('candidate')));
    const signed = await stranger.clearsign(text, publicationTime);
    await store.replace(mirror.index('candidate'), Buffer.from(signed), {});

    const report = await verified(store);

    expect(report.problems).toMatchObject([{ object: mirror.index('candidate'), rule: 'signature' }]);
    expect(report.objects).toBe(8);
  });

  test('a signature in perfect form over the right text is still left to gpgv', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const { text, signature } = splitClearsigned(await bytesOf(store, mirror.index('candidate')));
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
    await store.replace(mirror.index('candidate'), Buffer.from(clearsigned(text, signature)), {});

    const { problems } = await verified(store);

    expect(problems).toMatchObject([{ object: mirror.index('candidate'), rule: 'signature' }]);
    expect(problems[0]?.message).toContain('gpgv says BAD signature');
  });

  test('a keyring that gives its secret away is told', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const { secret, fingerprint } = await makePrivateKeyPackets();
    const both = Buffer.concat([signer.keyring, secret]);
    await store.replace(mirror.keyring, both, {});
    await store.replace(mirror.armouredKeyring, Buffer.from(armouredKeyring(both)), {});

    const { problems } = await verified(store);

    expect(problems).toContainEqual({
      object: mirror.keyring,
      rule: 'secret-key',
      message: expect.stringContaining(fingerprint),
    });
  });

  test('two forms of the keyring that hold different keys are told apart', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    await store.replace(mirror.armouredKeyring, Buffer.from(stranger.armouredKeyring), {});

    const { problems } = await verified(store);

    expect(problems).toMatchObject([{ object: mirror.keyring, rule: 'keyring' }]);
    expect(problems[0]?.message).toContain(mirror.armouredKeyring);
  });
});

describe('after a crash, or during a publication', () => {
  test('followers that are older than the index are called behind, and that the next publication heals it', async () => {
    const directory = folderInMemory();
    const older = await makeSmallMirror(folderInMemory(), { signer });
    const store = await makeSmallMirror(directory, { signer, at: nextDay });
    for (const key of [mirror.plainIndex('candidate'), mirror.plainIndexSignature('candidate')]) {
      await store.replace(key, await bytesOf(older, key), {});
    }

    const { problems } = await verified(store);

    expect(problems).toMatchObject([{ object: mirror.plainIndex('candidate'), rule: 'behind' }]);
    expect(problems[0]?.message).toContain('the next one repairs it');
  });

  test('an index.json that is older than its signature is called behind as well: the signature goes first', async () => {
    const older = await makeSmallMirror(folderInMemory(), { signer });
    const store = await makeSmallMirror(folderInMemory(), { signer, at: nextDay });
    const key = mirror.plainIndex('candidate');
    await store.replace(key, await bytesOf(older, key), {});

    expect((await verified(store)).problems).toMatchObject([{ object: key, rule: 'behind' }]);
  });

  test('an index.json that says the same time and something else is called no twin', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const key = mirror.plainIndex('candidate');
    const changed = (await bytesOf(store, key)).toString().replace('generic-cloud', 'generic-clown');
    await store.replace(key, Buffer.from(changed), {});

    expect((await verified(store)).problems).toMatchObject([{ object: key, rule: 'twin' }]);
  });

  test('a signature of neither index.json nor its twin is told beside an index.json that is none', async () => {
    const older = await makeSmallMirror(folderInMemory(), { signer });
    const store = await makeSmallMirror(folderInMemory(), { signer, at: nextDay });
    const [plain, signature] = [mirror.plainIndex('candidate'), mirror.plainIndexSignature('candidate')];
    await store.replace(plain, Buffer.from('{}\n'), {});
    await store.replace(signature, await bytesOf(older, signature), {});

    expect((await verified(store)).problems).toMatchObject([
      { object: signature, rule: 'canonical' },
      { object: plain, rule: 'twin' },
    ]);
  });

  test('a signature that is older than its index.json is told, and that the next publication heals it', async () => {
    const older = await makeSmallMirror(folderInMemory(), { signer });
    const store = await makeSmallMirror(folderInMemory(), { signer, at: nextDay });
    const key = mirror.plainIndexSignature('candidate');
    await store.replace(key, await bytesOf(older, key), {});

    const { problems } = await verified(store);

    expect(problems).toMatchObject([{ object: key, rule: 'canonical' }]);
    expect(problems[0]?.message).toContain('the next one repairs it');
  });

  test('an index.json that says something else, unsigned, is called no twin', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    await store.replace(mirror.plainIndex('candidate'), Buffer.from('{}\n'), {});

    const { problems } = await verified(store);

    expect(problems).toContainEqual(expect.objectContaining({ object: mirror.plainIndex('candidate'), rule: 'twin' }));
  });

  test('a publication in the meantime is no problem', async () => {
    const older = await makeSmallMirror(folderInMemory(), { signer });
    const newer = await makeSmallMirror(folderInMemory(), { signer, at: nextDay });
    const asked: string[] = [];
    const read = async (key: string) => {
      asked.push(key);
      const store = asked.length === 1 ? older : newer;
      return (await store.read(key))?.bytes;
    };

    const signatures = await signatureCheck(signer.keyring, folderInMemory());

    expect((await checkView(read, 'candidate', signatures)).problems).toEqual([]);
    expect(asked.filter((key) => key === mirror.index('candidate')).length).toBeGreaterThan(1);
  });
});

describe('what is rightly signed and still wrong', () => {
  test('a document that breaks the contract is named with the rule and the place', async () => {
    const change = (document: Products): Products => withProducts(document, ({ label, ...product }) => product);
    const store = await makeSmallMirror(folderInMemory(), { signer, change });

    const { problems } = await verified(store);

    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatchObject({ rule: 'field-missing', object: expect.stringMatching(/[0-9a-f]{64}\.sjson$/) });
    expect(problems[0]?.message).toContain('com.debian.maas.candidate:v3:boot:12:amd64:generic: label');
  });

  test('a document that is no products document is told as such', async () => {
    const change = (document: Products) => ({ ...document, format: 'products:2.0' }) as unknown as Products;
    const store = await makeSmallMirror(folderInMemory(), { signer, change });

    expect((await verified(store)).problems).toContainEqual(expect.objectContaining({ rule: 'format' }));
  });

  test('an index that lists other products than its document is told', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    await changeEntry(store, (id, entry) => [id, { ...entry, products: entry.products.slice(1) }]);

    expect(problemsOf(await verified(store), mirror.index('candidate'))).toMatchObject([
      { rule: 'index-products-differ' },
    ]);
  });

  test('an index that gives a document another content id is told', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    await changeEntry(store, (id, entry) => [id.replace('candidate', 'other'), entry]);

    expect((await verified(store)).problems).toContainEqual(expect.objectContaining({ rule: 'content-id' }));
  });

  test('an index that leads out of the mirror is told and not followed', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    await changeEntry(store, (id, entry) => [id, { ...entry, path: `../../elsewhere/${entry.path}` }]);

    const { problems } = await verified(store);

    expect(problems.map(({ rule }) => rule)).toContain('path-unsafe');
    expect(problems.some(({ object }) => object.includes('elsewhere'))).toBe(false);
  });

  test('an object that is not what its document promises is told by size or digest', async () => {
    const directory = folderInMemory();
    const store = await makeSmallMirror(directory, { signer });
    const kernel = 'pool/bookworm/amd64/20261120/generic/generic/boot-kernel';
    const file = join(directory, kernel);
    const bytes = readFileSync(file);

    writeFileSync(file, Buffer.concat([bytes, bytes]));
    expect((await verified(store)).problems).toMatchObject([{ object: kernel, rule: 'size' }]);
    writeFileSync(file, Buffer.from(bytes).reverse());
    expect((await verified(store)).problems).toMatchObject([{ object: kernel, rule: 'sha256' }]);
    rmSync(file);
    mkdirSync(file);
    expect(blamed(await verified(store))).toContain(kernel);
  });
});

test('an object that is wrong is told once, however many views offer it', async () => {
  const directory = folderInMemory();
  await makeSmallMirror(directory, { signer, view: 'stable' });
  const store = await makeSmallMirror(directory, { signer });
  writeFileSync(join(directory, 'pool/bookworm/amd64/20261120/squashfs'), 'short');

  expect(blamed(await verified(store))).toEqual(['pool/bookworm/amd64/20261120/squashfs']);
});

describe('the links of a directory', () => {
  test('a view whose folder is gone, or leads elsewhere, is named', async () => {
    const directory = folderInMemory();
    const store = await makeSmallMirror(directory, { signer });
    const folder = 'bookworm/amd64/20261120';
    const link = join(directory, 'candidate', folder);
    const problem = { object: `candidate/${folder}`, rule: 'link', message: expect.stringContaining(`pool/${folder}`) };

    rmSync(link);
    expect((await verified(store)).problems).toEqual([problem]);
    symlinkSync(`../../../pool/${folder}`, link);
    expect((await verified(store)).problems).toEqual([]);
    rmSync(link);
    symlinkSync('20261120', link);
    expect((await verified(store)).problems).toEqual([problem]);
  });

  test('a copy in which links have become folders holds, and both files of an item are read', async () => {
    const copy = folderInMemory();
    const store = await makeSmallMirror(folderInMemory(), { signer });
    cpSync(store.root, copy, { recursive: true, dereference: true });
    const [folder, squashfs] = ['candidate/bookworm/amd64/20261120', 'candidate/bookworm/amd64/20261120/squashfs'];

    expect(await verified(new DirectoryStore(copy))).toMatchObject({ problems: [], objects: 16 });
    expect(await verified(new DirectoryStore(copy), { objects: false })).toMatchObject({ problems: [] });

    writeFileSync(join(copy, squashfs), 'cut');
    const { problems } = await verified(new DirectoryStore(copy));
    expect(problems).toMatchObject([{ object: squashfs, rule: 'size' }]);
    rmSync(join(copy, squashfs));
    expect((await verified(new DirectoryStore(copy))).problems).toMatchObject([{ object: folder, rule: 'link' }]);
  });
});

describe('what the next publication would find', () => {
  const index = mirror.index('candidate');

  test('an index that was restored is named, with both ways to go on', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer, at: publicationTime });
    const yesterday = readFileSync(join(store.root, index));
    await makeSmallMirror(store.root, { signer, versions: ['20261120', '20261121'], at: nextDay });
    writeFileSync(join(store.root, index), yesterday);
    const before = shapeOf(store.root);

    const { problems } = await verified(store);

    expect(problems).toEqual([
      {
        object: index,
        rule: 'ahead',
        message:
          'it is older than index.json: it looks restored from a backup; the next publication refuses to continue from it',
      },
      {
        object: index,
        rule: 'restored',
        message: expect.stringContaining('to keep it, run: maas-mirror repair candidate; to return to'),
      },
    ]);
    expect(shapeOf(store.root)).toEqual(before);

    // Without what the store remembers, nothing refuses it.
    rmSync(join(store.root, '.store/generations', encodeURIComponent(index)), { recursive: true });
    expect((await verified(store)).problems).toEqual([
      { object: index, rule: 'ahead', message: expect.stringContaining('continues from it and rewrites index.json') },
    ]);
  });

  test('an index that a killed publication has not put in its place is named', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const generations = join(store.root, '.store/generations', encodeURIComponent(index));
    const bytes = Buffer.from('the next index');
    writeFileSync(join(generations, '2'), `${measureBytes(bytes).sha256}\n${bytes}`);

    const { problems } = await verified(store);

    expect(problems).toEqual([
      { object: index, rule: 'unfinished', message: expect.stringContaining('the next publication finishes it') },
    ]);
  });

  test('an index that this tool did not write is named, whoever has signed it', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const text = splitClearsigned(readFileSync(join(store.root, index))).text;
    writeFileSync(join(store.root, index), await signer.clearsign(text, nextDay));

    const { problems } = await verified(store);

    expect(problems).toEqual([
      { object: index, rule: 'foreign', message: expect.stringContaining('did not write it') },
    ]);
  });

  test('a generation that is damaged is named', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    const file = join(store.root, '.store/generations', encodeURIComponent(index), '1');
    writeFileSync(file, 'damaged');

    const { problems } = await verified(store);

    expect(problems).toEqual([{ object: index, rule: 'damaged', message: expect.stringContaining(file) }]);
  });

  test('a publication that is under way is no problem', () => {
    const [before, now] = [new Map([['index', 'settled 1']]), new Map([['index', 'unfinished 2']])];

    expect(checkStandings(before, now, new Set())).toEqual([]);
    expect(checkStandings(now, now, new Set())).toHaveLength(1);
    expect(checkStandings(now, now, new Set(['index']))).toEqual([]);
  });
});

test('refuses to call a directory without a view a mirror', async () => {
  const { problems } = await verified(new DirectoryStore(folderInMemory()));

  expect(problems).toContainEqual({
    object: expect.stringContaining('streams/v1/index.sjson'),
    rule: 'missing',
    message: expect.stringContaining('no view'),
  });
});

test('refuses a view that is not there by the name of its index', async () => {
  const store = await makeSmallMirror(folderInMemory(), { signer });

  const { problems } = await verified(store, { views: ['unstable'] });

  expect(problems).toContainEqual(expect.objectContaining({ object: mirror.index('unstable'), rule: 'missing' }));
});

/** Counts what is read, and how much of it at once. */
class CountingStore extends DirectoryStore {
  readonly heads: string[] = [];
  mostAtOnce = 0;
  private now = 0;

  override async head(key: string): Promise<ObjectHead | undefined> {
    this.heads.push(key);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.now);
    try {
      return await super.head(key);
    } finally {
      this.now--;
    }
  }
}

function verified(store: DirectoryStore, options: Partial<VerifyOptions> = {}): Promise<VerifyReport> {
  return verifyMirror(store, { scratch: folderInMemory(), ...options });
}

function blamed({ problems }: VerifyReport): string[] {
  return problems.map(({ object }) => object);
}

function problemsOf({ problems }: VerifyReport, object: string): Problem[] {
  return problems.filter((problem) => problem.object === object);
}

async function bytesOf(store: DirectoryStore, key: string): Promise<Buffer> {
  const object = await store.read(key);
  if (object === undefined) throw new MirrorError('NoSuchObject', key);
  return object.bytes;
}

/** Signs the index of the candidate view anew, with another entry. */
async function changeEntry(
  store: DirectoryStore,
  change: (id: string, entry: IndexEntry) => readonly [string, IndexEntry],
): Promise<void> {
  const key = mirror.index('candidate');
  const index = parseIndex(splitClearsigned(await bytesOf(store, key)).text, key);
  const entries = Object.entries(index.index).map(([id, entry]) => change(id, entry));
  const text = writeJson({ ...index, index: Object.fromEntries(entries) });
  await store.replace(key, Buffer.from(await signer.clearsign(text, publicationTime)), {});
}

function withProducts(document: Products, change: (product: Products['products'][string]) => object): Products {
  const products = Object.entries(document.products).map(([id, product]) => [id, change(product)]);
  return { ...document, products: Object.fromEntries(products) as Products['products'] };
}
