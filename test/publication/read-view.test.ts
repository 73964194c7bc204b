import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { readView } from '../../lib/publication/read-view';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { makeSmallMirror, smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const index = layout.index('candidate');

describe('readView', () => {
  it('finds nothing in an empty mirror, which a first commit may count on', async () => {
    const mirror = new DirectoryStore(folderInMemory());
    expect(await readView('candidate', { mirror, signer })).toEqual({
      view: 'candidate',
      index: undefined,
      tag: null,
      byFormer: false,
      documents: new Map(),
      state: { format: 'view-state:1', view: 'candidate', kind: 'built', withdrawals: [], holds: [] },
      shelf: { format: 'view-shelf:1', products: {} },
      ledger: { format: 'view-ledger:1', products: {} },
      head: { entries: 0 },
    });
  });

  it('gives index and documents, with the tag that the next commit needs', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer });

    const { index: read, documents, tag } = await readView('candidate', { mirror, signer });

    const contentId = 'com.debian.maas:candidate:v3:download';
    expect([...documents.keys()]).toEqual([contentId]);
    expect(documents.get(contentId)?.path).toBe(read?.index[contentId]?.path);
    expect(documents.get(contentId)?.document.content_id).toBe(contentId);
    expect(tag).toBe((await mirror.read(index))?.tag);
  });

  it('refuses an index that another key has signed', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer });
    const refused = readView('candidate', { mirror, signer: await smallSigner('somebody else') });
    await expect(refused).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(
        new RegExp(`^${index} of ${mirror.name} has no valid signature by this mirror's key: .`),
      ),
      hint: "give this mirror's key with --key; `maas-mirror verify` reports what else is wrong",
    });
  });

  it('refuses an index with another byte than its signer wrote, with or without the key', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer });
    appendFileSync(join(mirror.root, index), '\n');
    await expect(readView('candidate', { mirror, signer })).rejects.toMatchObject({ name: 'BadSignature' });
    await expect(readView('candidate', { mirror })).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('refuses an index whose text was changed under its signature', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer });
    const path = join(mirror.root, index);
    writeFileSync(path, readFileSync(path, 'utf8').replace('boot:12:amd64:generic', 'boot:13:amd64:generic'));
    await expect(readView('candidate', { mirror, signer })).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('refuses a document that is not named by its bytes', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer });
    const { documents } = await readView('candidate', { mirror, signer });
    const [{ path } = { path: '' }] = documents.values();
    appendFileSync(join(mirror.root, 'candidate', path), '\n');

    await expect(readView('candidate', { mirror, signer })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringMatching(
        new RegExp(`^candidate/${path} has sha256 [0-9a-f]{64}, not the one in its name$`),
      ),
      hint: 'the file was changed; restore it from a backup or another copy of the mirror',
    });
    expect((await readView('candidate', { mirror, unchecked: true })).documents.size).toBe(1);
  });

  it('gives to those who vouch for nothing what anybody has signed, if it can be read', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer });
    appendFileSync(join(mirror.root, index), '\n');

    const { documents, byFormer } = await readView('candidate', { mirror, unchecked: true });

    expect(documents.size).toBe(1);
    expect(byFormer).toBe(false);
  });

  it('refuses an index whose document is missing', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer });
    const { documents } = await readView('candidate', { mirror, signer });
    const [{ path } = { path: '' }] = documents.values();
    await mirror.remove(`candidate/${path}`);

    await expect(readView('candidate', { mirror, signer })).rejects.toMatchObject({
      name: 'NoSuchObject',
      message: `${mirror.name} has no candidate/${path}, but its index lists it`,
      hint: 'restore it from a backup or another copy of the mirror; `maas-mirror verify` lists all missing files',
    });
  });
});
