import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { shapeOf } from '../../fixtures/trees/tree-shape';
import { textOf } from '../contract';
import { commitAtOnce } from './commits-at-once';
import { startWriter } from './writer-process';
import '../../fixtures/needs-seconds';

describe('a directory with several processes', () => {
  it('loses none of 200 commits that four of them make at once', async () => {
    await expect(commitAtOnce(50)).resolves.toBeUndefined();
  });

  it('shows by reading what a killed process left, and finishes it with the next change', async () => {
    const root = folderInMemory();
    const store = new DirectoryStore(root);
    await store.replace('index', Buffer.from('before'), {});
    await killedAt('claimed', root);
    const left = shapeOf(root);

    const before = await store.read('index');
    expect(before?.bytes.toString()).toBe('before');
    expect(await store.standing('index')).toEqual({ standing: 'unfinished', number: 2 });
    expect(shapeOf(root)).toEqual(left);

    const refused = store.replace('index', Buffer.from('ours'), { ifMatch: before?.tag ?? '' });
    await expect(refused).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await textOf(store, 'index')).toBe('of the dead');
  });

  it('builds on what a killed process had claimed', async () => {
    const root = folderInMemory();
    await killedAt('claimed', root);
    const store = new DirectoryStore(root);
    const refused = store.replace('index', Buffer.from('ours'), { ifMatch: null });
    await expect(refused).rejects.toMatchObject({ name: 'PreconditionFailed' });

    await store.replace('index', Buffer.from('ours'), { ifMatch: (await store.read('index'))?.tag ?? '' });

    expect(readFileSync(join(root, 'index'), 'utf8')).toBe('ours');
  });

  it('goes on from what a killed process had placed', async () => {
    const root = folderInMemory();
    await killedAt('placed', root);
    const store = new DirectoryStore(root);
    await store.replace('index', Buffer.from('ours'), { ifMatch: (await store.read('index'))?.tag ?? '' });
    expect(await textOf(store, 'index')).toBe('ours');
  });

  it('removes what killed processes left, not what living ones need', async () => {
    const root = folderInMemory();
    const living = startWriter(root, 'stopAt', 'claimed', 'of the living');
    await living.said('at claimed');
    const [needed = ''] = readdirSync(join(root, '.store/tmp'));
    await killedAt('claimed', root);
    expect(readdirSync(join(root, '.store/tmp')).length).toBeGreaterThan(1);

    await new DirectoryStore(root).create('a', Buffer.from('a'));

    expect(readdirSync(join(root, '.store/tmp'))).toEqual([needed]);
    living.goOn();
    expect(await living.ended).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(join(root, 'index'), 'utf8')).toBe('of the dead'); // it was claimed later
  });

  it('has one winner of two that create the same key', async () => {
    const root = folderInMemory();
    const writers = ['one', 'two'].map((text) => startWriter(root, 'create', text));
    await Promise.all(writers.map((writer) => writer.said('ready')));
    for (const writer of writers) writer.goOn();

    const ends = await Promise.all(writers.map((writer) => writer.ended));

    expect(ends.map(({ lines }) => lines.at(-1)).sort()).toEqual(['created', 'failed ObjectExists']);
    const winner = ends[0]?.code === 0 ? 'one' : 'two';
    expect(readFileSync(join(root, 'claim.json'), 'utf8')).toBe(winner);
  });
});

/** A process that is killed while it replaces the index. */
async function killedAt(point: string, root: string): Promise<void> {
  const writer = startWriter(root, 'stopAt', point, 'of the dead');
  await writer.said(`at ${point}`);
  writer.child.kill('SIGKILL');
  await writer.ended;
}
