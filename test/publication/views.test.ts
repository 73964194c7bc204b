import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { listMirror } from '../../lib/operations/list';
import { verifyMirror } from '../../lib/operations/verify';
import { viewsOf } from '../../lib/publication/views';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { publish } from '../../lib/stages/publish';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { HttpStore } from '../../lib/store/http/http';
import type { Store } from '../../lib/store/store';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import { MemoryStore } from './made/memory-store';
import { smallPress } from './made/small-press';
import { recordingStore, wrappedStore } from './made/wrapped-store';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

describe('the views of a mirror', () => {
  it.each([
    [
      ['candidate/streams/v1/index.sjson', 'snapshots/a/streams/v1/index.sjson'],
      ['candidate', 'snapshots/a'],
    ],
    [['next/streams/v1/index.json'], ['next']], // it lost its signed one, which is for verify to say
    [[`candidate/streams/v1/${'0'.repeat(64)}.sjson`, 'candidate/streams/v1/index.json.gpg'], []],
    [['pool/noble/streams/v1/index.sjson', 'candidate/streams/v1/index.sjson.old'], []],
    [[layout.index('a'.repeat(100))], ['a'.repeat(100)]], // an older release knew no longest name
    // Folders that a disk or a person has made, and those that are kept for later versions.
    [['lost+found', '.Trash-0', 'Old', 'bootloaders', 'pages', 'snapshots/lost+found'].map(layout.index), []],
  ])('of the objects %j are %j', async (keys, views) => {
    expect(await viewsOf(new MemoryStore(new Map(keys.map((key) => [key, Buffer.alloc(0)]))))).toEqual(views);
  });

  it('are sorted, and each is named once', async () => {
    const names = ['next', 'candidate', 'snapshots/b', 'snapshots/a'];
    const keys = names.flatMap((name) => [layout.index(name), layout.plainIndex(name)]);
    const inner = new MemoryStore(new Map(keys.map((key) => [key, Buffer.alloc(0)])));
    const folders = async (prefix: string) => [...(await inner.folders(prefix))].reverse();
    const unsorted: Store = Object.create(inner, { folders: { value: folders } });

    expect(await viewsOf(unsorted)).toEqual(['candidate', 'next', 'snapshots/a', 'snapshots/b']);
  });

  it('refuses to guess them over HTTP', async () => {
    await expect(viewsOf(new HttpStore('http://host/mirror/'))).rejects.toMatchObject({
      name: 'BadInput',
      message: 'cannot list the views of http://host/mirror/: HTTP has no directory listing',
      hint: 'give the address of one view, such as http://host/candidate/, or name it with --view',
      misuse: true,
    });
  });

  it('can be listed, verified and published into, wherever the very first publication was killed', async () => {
    const press = smallPress(signer);
    const input = await press.prepare({ kernels: [{ kernel: 'generic', version: '6.1.153-1' }] });
    const publishInto = (mirror: Store) => publish(input, { ...press, mirror });
    const verified = async (mirror: Store) => (await verifyMirror(mirror, { scratch: folderInMemory() })).problems;
    const { store, writes } = recordingStore(new DirectoryStore(folderInMemory()));
    await publishInto(store);
    const indexAt = writes.indexOf(`replace ${layout.index('candidate')}`);
    expect(indexAt).toBeGreaterThan(0);

    for (const killedAt of writes.keys()) {
      const mirror = new DirectoryStore(folderInMemory());
      await expect(publishInto(killedStore(mirror, killedAt)), writes[killedAt]).rejects.toThrow('killed');

      const views = killedAt > indexAt ? ['candidate'] : [];
      expect(new Set((await listMirror(mirror)).map(({ view }) => view)), writes[killedAt]).toEqual(new Set(views));
      for (const { rule } of await verified(mirror)) expect(rule, writes[killedAt]).toBe('missing');
      await publishInto(mirror);
      expect(await verified(mirror), writes[killedAt]).toEqual([]);
    }
  });
});

/** A store that does so many writes, and no more. */
function killedStore(inner: Store, writes: number): Store {
  let left = writes;
  return wrappedStore(inner, async ({ method }, go) => {
    if (method === 'head' || method === 'read') return go();
    left -= 1;
    if (left < 0) throw new Error('killed');
    return go();
  });
}
