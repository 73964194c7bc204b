import { createHash } from 'node:crypto';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DirectoryStore } from '../../lib/store/directory/directory';
import type { Store } from '../../lib/store/store';
import { temporaryFolder } from '../fixtures/temporary-folder';

/** What every store that can be written does, whatever it is made of. `make` gives an empty one of its kind. */
export function storeContract(name: string, make: () => Promise<Store>): void {
  describe(`${name}, as every store`, () => {
    describe('immutable objects', () => {
      it('are read as they were created', async () => {
        const store = await make();

        const written = await store.create('pool/noble/amd64/20261120/squashfs', Buffer.from('image'));

        expect(written).toMatchObject({ size: 5, sha256: sha256Of('image') });
        const read = await store.read('pool/noble/amd64/20261120/squashfs');
        expect(read).toEqual({ bytes: Buffer.from('image'), tag: written.tag });
        expect(await store.head('pool/noble/amd64/20261120/squashfs')).toEqual({
          key: 'pool/noble/amd64/20261120/squashfs',
          size: 5,
          sha256: sha256Of('image'),
        });
      });

      it('are taken from a local file, which stays free to change', async () => {
        const store = await make();
        const file = join(temporaryFolder(), 'root.squashfs');
        writeFileSync(file, 'image');

        const written = await store.create('pool/squashfs', { file }, { sha256: sha256Of('image') });
        writeFileSync(file, 'other');

        expect(written.size).toBe(5);
        expect(await textOf(store, 'pool/squashfs')).toBe('image');
      });

      it('may be empty', async () => {
        const store = await make();
        await store.create('pool/empty', Buffer.alloc(0));
        expect(await store.head('pool/empty')).toMatchObject({ size: 0, sha256: sha256Of('') });
        expect(await textOf(store, 'pool/empty')).toBe('');
      });

      it('can be created again with the same bytes', async () => {
        const store = await make();
        const first = await store.create('a', Buffer.from('same'));
        expect(await store.create('a', Buffer.from('same'))).toEqual(first);
      });

      it('refuses other bytes for them and keeps the first', async () => {
        const store = await make();
        await store.create('a', Buffer.from('first'));
        await expect(store.create('a', Buffer.from('other'))).rejects.toMatchObject({
          name: 'ObjectExists',
          message: expect.stringContaining(sha256Of('first')),
        });
        expect(await textOf(store, 'a')).toBe('first');
      });

      it('has one winner of two that create the same key at once', async () => {
        const store = await make();
        const outcomes = await Promise.allSettled(
          ['one', 'two', 'three'].map((text) => store.create('claim.json', Buffer.from(text))),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      });

      it('refuses a body that is not what was promised and keeps nothing of it', async () => {
        const store = await make();
        await expect(store.create('a', Buffer.from('cut'), { sha256: sha256Of('whole') })).rejects.toMatchObject({
          name: 'ChecksumMismatch',
          message: expect.stringContaining(sha256Of('whole')),
        });
        expect(await store.read('a')).toBeUndefined();
      });
    });

    describe('mutable objects', () => {
      it('change by the tag that was read', async () => {
        const store = await make();
        const first = await store.replace('index', Buffer.from('one'), { ifMatch: null });
        expect((await store.read('index'))?.tag).toBe(first.tag);

        const second = await store.replace('index', Buffer.from('two'), { ifMatch: first.tag });

        expect(second).toMatchObject({ size: 3, sha256: sha256Of('two') });
        expect(await store.read('index')).toEqual({ bytes: Buffer.from('two'), tag: second.tag });
        expect(await store.head('index')).toMatchObject({ sha256: sha256Of('two') });
      });

      it('refuses a tag that is no longer true', async () => {
        const store = await make();
        const { tag } = await store.replace('index', Buffer.from('one'), { ifMatch: null });
        await store.replace('index', Buffer.from('two'), { ifMatch: tag });
        await expect(store.replace('index', Buffer.from('late'), { ifMatch: tag })).rejects.toMatchObject({
          name: 'PreconditionFailed',
        });
        expect(await textOf(store, 'index')).toBe('two');
      });

      it('refuses to make what is there already, and a tag where nothing is', async () => {
        const store = await make();
        const { tag } = await store.replace('there', Buffer.from('one'), { ifMatch: null });
        const failed = { name: 'PreconditionFailed' };
        await expect(store.replace('there', Buffer.from('two'), { ifMatch: null })).rejects.toMatchObject(failed);
        await expect(store.replace('absent', Buffer.from('two'), { ifMatch: tag })).rejects.toMatchObject(failed);
        expect(await store.read('absent')).toBeUndefined();
      });

      it('are overwritten where no condition is given', async () => {
        const store = await make();
        await store.replace('keyring.gpg', Buffer.from('one'), {});
        await store.replace('keyring.gpg', Buffer.from('two'), {});
        expect(await textOf(store, 'keyring.gpg')).toBe('two');
      });

      it('lose no unconditional write of many at once, and no conditional one is doubled', async () => {
        const store = await make();
        await store.replace('index', Buffer.from('old'), {});
        const tag = (await store.read('index'))?.tag ?? null;

        await Promise.all([1, 2, 3, 4].map((n) => store.replace('other', Buffer.from(`${n}`), {})));
        const outcomes = await Promise.allSettled(
          [1, 2, 3, 4].map((n) => store.replace('index', Buffer.from(`${n}`), { ifMatch: tag })),
        );

        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await textOf(store, 'other')).toMatch(/^[1-4]$/);
      });

      it('can follow an object that was created', async () => {
        const store = await make();
        const { tag } = await store.create('index', Buffer.from('one'));
        await store.replace('index', Buffer.from('two'), { ifMatch: tag });
        expect(await textOf(store, 'index')).toBe('two');
        await expect(store.create('index', Buffer.from('three'))).rejects.toMatchObject({ name: 'ObjectExists' });
      });

      it('refuses a body that is not what was promised', async () => {
        const store = await make();
        const promise = { sha256: sha256Of('whole') };
        await expect(store.replace('index', Buffer.from('cut'), promise)).rejects.toMatchObject({
          name: 'ChecksumMismatch',
        });
        expect(await store.read('index')).toBeUndefined();
      });
    });

    describe('removed objects', () => {
      it('are gone, and their keys free', async () => {
        const store = await make();
        await store.create('pool/a', Buffer.from('created'));
        await store.replace('index', Buffer.from('replaced'), {});

        for (const key of ['pool/a', 'index', 'never']) await store.remove(key);
        for (const key of ['pool/a', 'index', 'never']) await store.remove(key);

        expect(await keysOf(store, '')).toEqual([]);
        expect(await store.read('index')).toBeUndefined();
        await store.replace('index', Buffer.from('again'), { ifMatch: null });
        await store.create('pool/a', Buffer.from('other'));
        expect(await textOf(store, 'index')).toBe('again');
        expect(await textOf(store, 'pool/a')).toBe('other');
      });

      it('can be created again after they were mutable', async () => {
        const store = await make();
        await store.replace('key', Buffer.from('one'), {});
        await store.remove('key');
        await store.create('key', Buffer.from('one'));
        expect(await textOf(store, 'key')).toBe('one');
        await expect(store.create('key', Buffer.from('two'))).rejects.toMatchObject({ name: 'ObjectExists' });
      });

      it('refuses the tag that they had', async () => {
        const store = await make();
        const { tag } = await store.replace('index', Buffer.from('one'), {});
        await store.remove('index');
        await expect(store.replace('index', Buffer.from('two'), { ifMatch: tag })).rejects.toMatchObject({
          name: 'PreconditionFailed',
        });
      });
    });

    describe('reading', () => {
      it('brings an object to a local file', async () => {
        const store = await make();
        const bytes = Buffer.alloc(3_000_000, 'image');
        await store.create('pool/squashfs', bytes);
        const file = join(temporaryFolder(), 'squashfs');

        await store.readTo('pool/squashfs', file);

        expect(readFileSync(file).equals(bytes)).toBe(true);
      });

      it('refuses to bring what is not there', async () => {
        const store = await make();
        await store.create('pool/a', Buffer.from('a'));
        for (const key of ['pool/b', 'pool', 'pool/a/b']) {
          await expect(store.readTo(key, join(temporaryFolder(), 'b'))).rejects.toMatchObject({
            name: 'NoSuchObject',
            message: expect.stringContaining(key),
          });
        }
      });

      it('knows nothing of what is not there', async () => {
        const store = await make();
        await store.create('pool/a', Buffer.from('a'));
        for (const key of ['b', 'pool', 'pool/a/b']) {
          expect(await store.head(key)).toBeUndefined();
          expect(await store.read(key)).toBeUndefined();
        }
      });

      it('lists the keys below a prefix, sorted as bytes', async () => {
        const store = await make();
        const keys = ['a/b', 'a.b', 'a/b.c/d', 'ab', 'b/c', 'a/b-c'];
        for (const key of keys) await store.create(key, Buffer.from(key));
        await store.replace('a/index', Buffer.from('index'), {});

        expect(await keysOf(store, '')).toEqual(['a.b', 'a/b', 'a/b-c', 'a/b.c/d', 'a/index', 'ab', 'b/c']);
        expect(await keysOf(store, 'a/')).toEqual(['a/b', 'a/b-c', 'a/b.c/d', 'a/index']);
        expect(await keysOf(store, 'a/b')).toEqual(['a/b', 'a/b-c', 'a/b.c/d']);
        expect(await keysOf(store, 'a/b.c/d')).toEqual(['a/b.c/d']);
        expect(await keysOf(store, 'nothing/here')).toEqual([]);
      });

      it('names the folders in a folder, sorted as bytes, and nothing below them', async () => {
        const store = await make();
        const keys = ['pool/noble/a', 'pool/jammy/b/c', 'pool.old/a', 'stable/streams/v1/x', 'file', 'pool/\u{ff61}/a'];
        for (const key of keys) await store.create(key, Buffer.from(key));
        await store.replace('candidate/index', Buffer.from('index'), {});

        expect(await store.folders('')).toEqual(['candidate', 'pool', 'pool.old', 'stable']);
        expect(await store.folders('pool/')).toEqual(['jammy', 'noble', '\u{ff61}']);
        expect(await store.folders('pool/noble/')).toEqual([]);
        expect(await store.folders('nothing/')).toEqual([]);
      });

      it('refuses to name the folders of what is no folder', async () => {
        const store = await make();
        for (const prefix of ['pool', '../', 'a//']) {
          await expect(store.folders(prefix)).rejects.toMatchObject({ name: 'BadInput' });
        }
      });

      it('tells sizes of objects below a prefix, and when they were written', async () => {
        const store = await make();
        const sizesBelow = async (prefix: string) =>
          [...(await store.listing(prefix))].map(([key, { size }]) => [key, size]).sort();
        for (const [key, size] of [
          ['a/b', 3],
          ['a/b.c/d', 0],
          ['a/e', 5],
          ['f', 1],
        ] as const) {
          await store.create(key, Buffer.alloc(size));
        }
        await store.replace('a/index', Buffer.alloc(7), {});

        expect(await sizesBelow('a/')).toEqual([
          ['a/b', 3],
          ['a/b.c/d', 0],
          ['a/e', 5],
          ['a/index', 7],
        ]);
        expect(await sizesBelow('a/b')).toEqual([
          ['a/b', 3],
          ['a/b.c/d', 0],
        ]);
        expect(await sizesBelow('nothing/')).toEqual([]);
        await expect(store.listing('../')).rejects.toMatchObject({ name: 'BadInput' });
      });
    });

    describe('the time at which an object was written', () => {
      /** A time within the test: clocks of file systems lag, and S3 knows only seconds. */
      async function expectWrittenSince(began: number, store: Store, key: string): Promise<void> {
        const written = (await store.listing('')).get(key)?.written.getTime();
        expect(written).toBeGreaterThan(began - 2000);
        expect(written).toBeLessThan(Date.now() + 2000);
      }

      it('is that of its creation or replacement', async () => {
        const [store, began] = [await make(), Date.now()];
        await store.create('pool/new', Buffer.from('new'));
        await store.replace('index', Buffer.from('first'), {});
        await expectWrittenSince(began, store, 'pool/new');
        await expectWrittenSince(began, store, 'index');
      });

      it('is not that of an older file that it was made of', async () => {
        const [mirror, work, began] = [await make(), await make(), Date.now()];
        await work.create('runs/1/squashfs', Buffer.from('root'));
        if (work instanceof DirectoryStore)
          utimesSync(join(work.root, 'runs/1/squashfs'), 1_700_000_000, 1_700_000_000);
        await mirror.adopt('pool/squashfs', work, 'runs/1/squashfs', { sha256: sha256Of('root') });
        await expectWrittenSince(began, mirror, 'pool/squashfs');
      });
    });

    describe('adopted objects', () => {
      it('stay as they were adopted whatever happens in the other store', async () => {
        const [mirror, work] = [await make(), await make()];
        const bytes = Buffer.from('kernel');
        await work.create('runs/1/boot-kernel', bytes);

        const written = await mirror.adopt('pool/boot-kernel', work, 'runs/1/boot-kernel', {
          sha256: sha256Of('kernel'),
        });
        await work.replace('runs/1/boot-kernel', Buffer.from('evil'), {});
        await work.remove('runs/1/boot-kernel');

        expect(written).toMatchObject({ size: 6, sha256: sha256Of('kernel') });
        expect(await textOf(mirror, 'pool/boot-kernel')).toBe('kernel');
      });

      it('refuses other bytes than promised, and what is not there', async () => {
        const [mirror, work] = [await make(), await make()];
        await work.create('runs/1/boot-kernel', Buffer.from('evil'));
        const promise = { sha256: sha256Of('kernel') };
        await expect(mirror.adopt('pool/k', work, 'runs/1/boot-kernel', promise)).rejects.toMatchObject({
          name: 'ChecksumMismatch',
        });
        await expect(mirror.adopt('pool/k', work, 'runs/1/missing', promise)).rejects.toMatchObject({
          name: 'NoSuchObject',
        });
        expect(await keysOf(mirror, '')).toEqual([]);
      });

      it('refuses to take the place of others', async () => {
        const [mirror, work] = [await make(), await make()];
        await mirror.create('pool/k', Buffer.from('old'));
        await work.create('runs/k', Buffer.from('new'));
        await expect(mirror.adopt('pool/k', work, 'runs/k', { sha256: sha256Of('new') })).rejects.toMatchObject({
          name: 'ObjectExists',
        });
        expect(await textOf(mirror, 'pool/k')).toBe('old');
      });
    });

    it.each([
      '',
      '/a',
      'a/',
      'a//b',
      '..',
      '../a',
      'a/../b',
      './a',
      'a\0b',
      '.store',
      '.store/tmp/a',
    ])('refuses the key %j', async (key) => {
      const store = await make();
      const refused = { name: 'BadInput', message: expect.stringContaining(JSON.stringify(key)) };
      await expect(store.read(key)).rejects.toMatchObject(refused);
      await expect(store.head(key)).rejects.toMatchObject(refused);
      await expect(store.create(key, Buffer.from('a'))).rejects.toMatchObject(refused);
      await expect(store.replace(key, Buffer.from('a'), {})).rejects.toMatchObject(refused);
      await expect(store.remove(key)).rejects.toMatchObject(refused);
    });

    it.each(['/', '../', 'a/../', '.store/'])('refuses to list below %j', async (prefix) => {
      const store = await make();
      await expect(keysOf(store, prefix)).rejects.toMatchObject({ name: 'BadInput' });
    });
  });
}

export function sha256Of(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function textOf(store: Store, key: string): Promise<string | undefined> {
  return (await store.read(key))?.bytes.toString();
}

export async function keysOf(store: Store, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}
