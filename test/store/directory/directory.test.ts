import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { shapeOf } from '../../fixtures/trees/tree-shape';
import { keysOf, sha256Of, storeContract, textOf } from '../contract';
import { startWriter } from './writer-process';
import '../../fixtures/needs-root';

storeContract('a directory', async () => new DirectoryStore(temporaryFolder()));

describe('a directory', () => {
  it('takes over a file of the same file system without copying it', async () => {
    const [mirror, work] = [new DirectoryStore(temporaryFolder()), new DirectoryStore(temporaryFolder())];
    await work.create('runs/squashfs', Buffer.from('image'));
    await mirror.adopt('pool/squashfs', work, 'runs/squashfs', { sha256: sha256Of('image') });
    expect(inode(mirror, 'pool/squashfs')).toBe(inode(work, 'runs/squashfs'));
  });

  it('takes over a file of another file system by copying it', async () => {
    const [mirror, work] = [new DirectoryStore(temporaryFolder()), new DirectoryStore(mountTmpfs())];
    await work.create('runs/squashfs', Buffer.from('image'));
    await mirror.adopt('pool/squashfs', work, 'runs/squashfs', { sha256: sha256Of('image') });
    expect(await textOf(mirror, 'pool/squashfs')).toBe('image');
  });

  it('takes over what a symbolic link leads to, not the link', async () => {
    const [mirror, work] = [new DirectoryStore(temporaryFolder()), new DirectoryStore(temporaryFolder())];
    await work.create('real', Buffer.from('image'));
    symlinkSync('real', join(work.root, 'link'));
    await mirror.adopt('pool/squashfs', work, 'link', { sha256: sha256Of('image') });
    await work.remove('real');
    expect(await textOf(mirror, 'pool/squashfs')).toBe('image');
  });

  it('is readable by any web server whatever the umask says', async () => {
    const root = temporaryFolder();
    const writer = startWriter(root, 'umask');
    await writer.ended;
    for (const path of ['pool', 'pool/noble', 'candidate', 'candidate/streams', '.store', '.store/tmp']) {
      expect([path, mode(join(root, path))]).toEqual([path, '755']);
    }
    for (const path of ['pool/noble/squashfs', 'candidate/streams/index.sjson', 'adopted']) {
      expect([path, mode(join(root, path))]).toEqual([path, '644']);
    }
  });

  it('takes the folders along that removing makes empty', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.create('pool/noble/amd64/1/squashfs', Buffer.from('a'));
    await store.create('pool/noble/arm64/1/squashfs', Buffer.from('a'));
    await store.remove('pool/noble/amd64/1/squashfs');
    expect(readdirSync(join(store.root, 'pool/noble'))).toEqual(['arm64']);
  });

  it('keeps no temporary file', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.create('a', Buffer.from('a'));
    await store.replace('index', Buffer.from('a'), {});
    await store.create('a', Buffer.from('other')).catch(() => {});
    await store.create('b', Buffer.from('b'), { sha256: sha256Of('a') }).catch(() => {});
    await store.create('c', { file: join(store.root, 'missing') }).catch(() => {});
    expect(readdirSync(join(store.root, '.store/tmp'))).toEqual([]);
  });

  it('leaves a temporary file of another host alone for a day', async () => {
    const root = temporaryFolder();
    const theirs = join(root, '.store/tmp/0123456789ab.7.9.abc');
    mkdirSync(join(root, '.store/tmp'), { recursive: true });
    writeFileSync(theirs, 'half');

    await new DirectoryStore(root).create('a', Buffer.from('a'));
    expect(existsSync(theirs)).toBe(true);

    const later = new Date(Date.now() + 25 * 60 * 60 * 1000);
    await new DirectoryStore(root, { now: () => later }).create('b', Buffer.from('b'));
    expect(existsSync(theirs)).toBe(false);
  });

  it('refuses an object where a folder is, or below a file', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.create('pool/a', Buffer.from('a'));
    for (const key of ['pool', 'pool/a/b']) {
      await expect(store.create(key, Buffer.from('b'))).rejects.toMatchObject({ name: 'ObjectExists' });
    }
  });

  it('refuses to go on where the disk is full, and leaves nothing half-written', async () => {
    const store = new DirectoryStore(mountTmpfs());
    await store.create('pool/small', Buffer.from('small'));
    await store.replace('index', Buffer.from('one'), {});
    const big = Buffer.alloc(2_000_000);
    const file = join(temporaryFolder(), 'big');
    writeFileSync(file, big);
    const full = {
      name: 'DiskFull',
      message: expect.stringContaining(join(store.root, 'big')),
      hint: expect.stringContaining('df -h'),
    };

    await expect(store.create('big', big)).rejects.toMatchObject(full);
    await expect(store.create('big', { file })).rejects.toMatchObject(full);
    await expect(store.replace('big', big, {})).rejects.toMatchObject(full);
    await expect(store.replace('index', big, {})).rejects.toMatchObject({ name: 'DiskFull' });

    expect(await keysOf(store, '')).toEqual(['index', 'pool/small']);
    expect(await textOf(store, 'index')).toBe('one');
    expect(readdirSync(join(store.root, '.store/tmp'))).toEqual([]);
    await store.create('pool/other', Buffer.from('there is room again'));
  });

  it('refuses to bring an object to a full disk, and leaves nothing there', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.create('big', Buffer.alloc(2_000_000));
    const file = join(mountTmpfs(), 'big');
    await expect(store.readTo('big', file)).rejects.toMatchObject({
      name: 'DiskFull',
      message: expect.stringContaining(file),
    });
    expect(existsSync(file)).toBe(false);
  });
});

describe('a view of a directory', () => {
  it('shows a folder of the pool by a relative link', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.create('pool/noble/squashfs', Buffer.from('image'));

    await Promise.all([1, 2, 3].map(() => store.expose('candidate', 'noble')));
    await store.expose('snapshots/2026-11', 'noble');

    expect(readlinkSync(join(store.root, 'candidate/noble'))).toBe('../pool/noble');
    expect(readlinkSync(join(store.root, 'snapshots/2026-11/noble'))).toBe('../../pool/noble');
    expect(readFileSync(join(store.root, 'snapshots/2026-11/noble/squashfs'), 'utf8')).toBe('image');
    expect(await keysOf(store, '')).toEqual(['pool/noble/squashfs']);
  });

  it('refuses to hide what something else put there', async () => {
    const store = new DirectoryStore(temporaryFolder());
    mkdirSync(join(store.root, 'candidate/noble'), { recursive: true });
    symlinkSync('/elsewhere', join(store.root, 'candidate/jammy'));
    for (const folder of ['noble', 'jammy']) {
      await expect(store.expose('candidate', folder)).rejects.toMatchObject({
        name: 'ForeignDirectory',
        message: expect.stringContaining(join(store.root, 'candidate', folder)),
      });
    }
    expect(readlinkSync(join(store.root, 'candidate/jammy'))).toBe('/elsewhere');
  });

  it.each([
    ['..', 'noble'],
    ['candidate', '../noble'],
    ['.store', 'noble'],
    ['candidate', ''],
  ])('refuses %j with %j', async (view, folder) => {
    const store = new DirectoryStore(temporaryFolder());
    await expect(store.expose(view, folder)).rejects.toMatchObject({ name: 'BadInput' });
  });
});

describe('a mutable object of a directory', () => {
  it('keeps the name of each generation and the bytes of the last', async () => {
    const store = new DirectoryStore(temporaryFolder());
    for (const text of ['one', 'two', 'three']) await store.replace('a/index', Buffer.from(text), {});
    const folder = join(store.root, '.store/generations/a%2Findex');
    expect(readdirSync(folder).sort()).toEqual(['0', '1', '2', '3']);
    expect(readFileSync(join(folder, '2'), 'utf8')).toBe(`${sha256Of('two')}\n`);
    expect(readFileSync(join(folder, '3'), 'utf8')).toBe(`${sha256Of('three')}\nthree`);
  });

  it.each([
    ['something removed', 'missing', (path: string) => rmSync(path)],
    ['something restored from a backup', 'restored', (path: string) => writeFileSync(path, 'one')],
    ['something else wrote', 'foreign', (path: string) => writeFileSync(path, 'forged')],
  ])('is read as HTTP readers see it, and stays so, where %s the visible file', async (_, standing, change) => {
    const store = new DirectoryStore(temporaryFolder());
    for (const text of ['one', 'two', 'three']) await store.replace('index', Buffer.from(text), {});
    change(join(store.root, 'index'));
    const before = shapeOf(store.root);

    const file = join(temporaryFolder(), 'index');
    const seen = await store.read('index');
    expect((await store.head('index'))?.sha256).toBe(seen?.tag);
    await store.readTo('index', file).catch(({ name }) => expect(name).toBe('NoSuchObject'));
    expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined).toBe(seen?.bytes.toString());
    expect(await store.standing('index')).toEqual({ standing, number: 3 });
    for await (const key of store.list('')) expect(key).toBe('index');
    await store.requireOwn('index').catch(({ name }) => expect(name).toBe('ChecksumMismatch'));

    expect(shapeOf(store.root)).toEqual(before);
  });

  it('goes back to what was published last where it was removed, with the next change', async () => {
    const store = new DirectoryStore(temporaryFolder());
    for (const text of ['one', 'two']) await store.replace('index', Buffer.from(text), {});
    rmSync(join(store.root, 'index'));

    const lost = store.replace('index', Buffer.from('three'), { ifMatch: null });
    await expect(lost).rejects.toMatchObject({ name: 'PreconditionFailed' });

    expect(readFileSync(join(store.root, 'index'), 'utf8')).toBe('two');
  });

  it('refuses a conditional change on top of what was restored, until one of the ways that it names is taken', async () => {
    for (const [way, next] of [
      ['go on', 'one'],
      ['go back', 'three'],
    ]) {
      const store = new DirectoryStore(temporaryFolder());
      for (const text of ['one', 'two', 'three']) await store.replace('index', Buffer.from(text), {});
      writeFileSync(join(store.root, 'index'), 'one');
      const change = async () =>
        store.replace('index', Buffer.from('merged'), { ifMatch: (await store.read('index'))?.tag ?? null });

      const refused = {
        name: 'ChecksumMismatch',
        message: expect.stringContaining('restored from a backup'),
        hint: expect.stringMatching(/remove the folder \.store\/generations\/index .* remove index;/),
      };
      await expect(change()).rejects.toMatchObject(refused);
      await expect(store.requireOwn('index')).rejects.toMatchObject(refused);
      expect(await textOf(store, 'index')).toBe('one');

      if (way === 'go on') rmSync(join(store.root, '.store/generations/index'), { recursive: true });
      else rmSync(join(store.root, 'index'));
      await change().catch(({ name }) => expect(name).toBe('PreconditionFailed'));
      if (way === 'go back') expect(await textOf(store, 'index')).toBe(next);
      await change().catch(({ name }) => expect(name).toBe('PreconditionFailed'));
      expect(await textOf(store, 'index')).toBe('merged');
    }
  });

  it('goes on from what was restored or forged where it is told to, and else leaves it alone', async () => {
    const store = new DirectoryStore(temporaryFolder());
    for (const text of ['one', 'two', 'three']) await store.replace('index', Buffer.from(text), {});
    await store.settleOnVisible('index', sha256Of('three'));
    expect(await store.standing('index')).toEqual({ standing: 'settled', number: 3 });

    for (const [text, number] of [
      ['one', 4],
      ['forged', 5],
    ] as const) {
      writeFileSync(join(store.root, 'index'), text);
      await store.settleOnVisible('index', sha256Of(text));
      expect(await store.standing('index')).toEqual({ standing: 'settled', number });
      expect(await textOf(store, 'index')).toBe(text);
    }
    await store.replace('index', Buffer.from('four'), { ifMatch: sha256Of('forged') });
    expect(await textOf(store, 'index')).toBe('four');
  });

  it('refuses to go on from what is no longer visible', async () => {
    const store = new DirectoryStore(temporaryFolder());
    for (const text of ['one', 'two']) await store.replace('index', Buffer.from(text), {});
    writeFileSync(join(store.root, 'index'), 'one');
    await expect(store.settleOnVisible('index', sha256Of('two'))).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await store.standing('index')).toEqual({ standing: 'restored', number: 2 });
  });

  it('takes a backup that brings the generation before with it for restored, too', async () => {
    const store = new DirectoryStore(temporaryFolder());
    const kept = temporaryFolder();
    await store.replace('index', Buffer.from('one'), {});
    execFileSync('cp', ['-a', `${store.root}/.`, kept]);
    await store.replace('index', Buffer.from('two'), {});
    const claimed = statSync(join(store.root, '.store/generations/index/2'), { bigint: true }).ctimeNs;
    // The clock of a file system goes in steps.
    do execFileSync('cp', ['-a', `${kept}/.`, store.root]);
    while (statSync(join(store.root, 'index'), { bigint: true }).ctimeNs <= claimed);

    expect(await store.standing('index')).toEqual({ standing: 'restored', number: 2 });
    expect(await textOf(store, 'index')).toBe('one');
  });

  it('is what lies there where .store was lost', async () => {
    const store = new DirectoryStore(temporaryFolder());
    writeFileSync(join(store.root, 'index'), 'by another tool');

    const read = await store.read('index');
    expect(read?.bytes.toString()).toBe('by another tool');
    await expect(store.replace('index', Buffer.from('new'), { ifMatch: null })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await store.replace('index', Buffer.from('ours'), { ifMatch: read?.tag ?? '' });

    expect(readFileSync(join(store.root, 'index'), 'utf8')).toBe('ours');
  });

  it('is shown as it is where it was tampered with, until it is overwritten', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.replace('index', Buffer.from('signed'), {});
    const visible = join(store.root, 'index');
    writeFileSync(visible, 'forged');

    expect(await textOf(store, 'index')).toBe('forged');
    expect(await store.head('index')).toMatchObject({ sha256: sha256Of('forged') });
    await store.replace('index', Buffer.from('signed again'), {});
    expect(readFileSync(visible, 'utf8')).toBe('signed again');
  });

  it('refuses a conditional change on top of what was tampered with', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.replace('index', Buffer.from('signed'), {});
    writeFileSync(join(store.root, 'index'), 'forged');
    const ifMatch = (await store.read('index'))?.tag ?? '';
    await expect(store.replace('index', Buffer.from('merged'), { ifMatch })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      hint: expect.stringContaining('.store/generations'),
    });
    expect(readFileSync(join(store.root, 'index'), 'utf8')).toBe('forged');
  });

  it('refuses to change what has a damaged generation, and says how to go on', async () => {
    const store = new DirectoryStore(temporaryFolder());
    await store.replace('index', Buffer.from('signed'), {});
    appendFileSync(join(store.root, '.store/generations/index/1'), '!');
    const damaged = {
      name: 'ChecksumMismatch',
      hint: expect.stringContaining(join(store.root, '.store/generations/index')),
    };
    await expect(store.standing('index')).rejects.toMatchObject(damaged);
    await expect(store.replace('index', Buffer.from('other'), {})).rejects.toMatchObject(damaged);
    expect(await textOf(store, 'index')).toBe('signed');
  });

  it('is read from a disk that cannot be written', async () => {
    const root = mountTmpfs();
    const store = new DirectoryStore(root);
    await store.replace('index', Buffer.from('one'), {});
    execFileSync('mount', ['-o', 'remount,ro', root]);

    expect(await textOf(store, 'index')).toBe('one');
  });

  it('shows the newest bytes after a slow writer has placed older ones', async () => {
    const root = temporaryFolder();
    const fast = new DirectoryStore(root);
    const overtaken = async (point: string) => {
      if (point === 'claimed') await fast.replace('index', Buffer.from('newer'), {});
    };
    const slow = new DirectoryStore(root, { pause: overtaken });

    await slow.replace('index', Buffer.from('older'), { ifMatch: null });

    expect(readFileSync(join(root, 'index'), 'utf8')).toBe('newer');
  });

  it('never goes back, not for a moment, where one writer is overtaken by another', async () => {
    const root = temporaryFolder();
    const fast = new DirectoryStore(root);
    const kept = join(temporaryFolder(), 'index'); // a second name, that no other file gets its inode
    const overtaken = async (point: string) => {
      if (point !== 'claimed') return;
      await fast.replace('index', Buffer.from('newer'), {});
      linkSync(join(root, 'index'), kept);
    };
    const slow = new DirectoryStore(root, { pause: overtaken });

    await slow.replace('index', Buffer.from('older'), {});

    expect(await textOf(slow, 'index')).toBe('newer');
    // Nothing was put in its place, which HTTP readers would have seen.
    expect(inode(fast, 'index')).toBe(statSync(kept).ino);
  });
});

/** A file system of one megabyte. */
function mountTmpfs(): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

function inode(store: DirectoryStore, key: string): number {
  return statSync(join(store.root, key)).ino;
}

function mode(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}
