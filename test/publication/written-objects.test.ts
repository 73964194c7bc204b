import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { addingVersions } from '../../lib/publication/add-versions';
import { changeView } from '../../lib/publication/change-view';
import { followIndex } from '../../lib/publication/commit/follow-index';
import { writeFrontPage } from '../../lib/publication/mirror/front-page';
import { showMirror } from '../../lib/publication/mirror/show-mirror';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { imageContentId } from '../simplestreams/made-documents';
import { MemoryStore } from './made/memory-store';
import { madeVersion, publishing } from './made/small-view';
import { storeWithOptions } from './made/store-with-options';
import { recordingStore, wrappedStore } from './made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const view = 'candidate';
const now = () => new Date('2026-11-21T00:00:00Z');
const cacheControl = 'public, max-age=60';
const [json, text] = [{ contentType: 'application/json' }, { contentType: 'text/plain; charset=utf-8' }];

async function publishedImage(mirror: MemoryStore): Promise<void> {
  const change = publishing('images', await madeVersion(mirror, 'images', 'first'));
  await changeView(view, change, { mirror, signer, now });
}

describe('what a change of a view writes', () => {
  it('has the content types that browsers and caches go by, and what moves is kept for a minute', async () => {
    const mirror = new MemoryStore();
    const change = publishing('images', await madeVersion(mirror, 'images', 'first'));
    const { store, written } = storeWithOptions(mirror);
    await changeView(view, change, { mirror: store, signer, now });

    const options = written.map(([key, each]) => [key.replace(/[0-9a-f]{64}/, 'DIGEST'), each]);
    expect(options).toEqual([
      ['candidate/streams/v1/DIGEST.json', json],
      ['candidate/streams/v1/DIGEST.sjson', text],
      ['candidate/streams/v1/DIGEST.json.gpg', { ...text, cacheControl }],
      ...['ledger', 'history', 'state'].map(() => ['candidate/streams/v1/DIGEST.json', json]),
      ['candidate/streams/v1/index.sjson', { ...text, cacheControl, ifMatch: null }],
      ['candidate/streams/v1/index.json.gpg', { ...text, cacheControl }],
      ['candidate/streams/v1/index.json', { ...json, cacheControl }],
    ]);
  });

  it('is nothing where a change adds nothing to a view that is not there', async () => {
    const { store, writes } = recordingStore(new MemoryStore());
    const nothing = addingVersions(imageContentId, () => [], { what: 'publish' });

    expect(await changeView(view, nothing, { mirror: store, signer, now })).toBe(false);
    expect(writes).toEqual([]);
  });

  it('refuses where the index cannot be written, and does not take that for another writer', async () => {
    const mirror = new MemoryStore();
    const change = publishing('images', await madeVersion(mirror, 'images', 'first'));
    const error = Object.assign(new Error('the disk is gone'), { name: 'PreconditionFailed' });
    const failing = wrappedStore(mirror, async ({ key }, go) => {
      if (key === layout.index(view) && mirror.objects.has('failing')) throw error;
      if (key.endsWith('.gpg')) mirror.objects.set('failing', Buffer.alloc(0));
      return go();
    });

    await expect(changeView(view, change, { mirror: failing, signer, now })).rejects.toBe(error);
    expect(mirror.objects.has(layout.index(view))).toBe(false);
  });
});

describe('what follows an index', () => {
  it.each([
    [layout.plainIndex(view), { ...json, cacheControl }],
    [layout.plainIndexSignature(view), { ...text, cacheControl }],
  ])('is written where it is missing or another, and else left alone: %s', async (key, options) => {
    const mirror = new MemoryStore();
    await publishedImage(mirror);
    const whole = mirror.objects.get(key);
    const { store, written } = storeWithOptions(mirror);
    await followIndex(view, { mirror: store, signer, now });
    expect(written).toEqual([]);

    for (const left of [undefined, Buffer.from('cut')]) {
      mirror.objects.delete(key);
      if (left !== undefined) mirror.objects.set(key, left);
      await followIndex(view, { mirror: store, signer, now });
      expect(mirror.objects.get(key)).toEqual(whole);
    }
    expect(written).toEqual([
      [key, options],
      [key, options],
    ]);
  });
});

describe('what readers find beside the views', () => {
  it('is a page that names the key and both keyrings, for people', async () => {
    const mirror = new MemoryStore();
    const { store, written } = storeWithOptions(mirror);
    await writeFrontPage({ mirror: store, signer });

    expect(written).toEqual([['index.html', { contentType: 'text/html; charset=utf-8', cacheControl }]]);
    const page = String(mirror.objects.get('index.html'));
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain(`<code>${signer.fingerprint}</code>`);
    for (const file of ['keyring.gpg', 'keyring.asc']) expect(page).toContain(`<a href="${file}">${file}</a>`);
  });

  it('is there before anything is published, with the way to the release', async () => {
    const { store, writes } = recordingStore(new MemoryStore());
    await showMirror(view, 'noble', { mirror: store, signer, now });

    expect(writes).toEqual([
      ...['replace keyring.gpg', 'replace keyring.asc', 'replace index.html', 'expose candidate/noble'],
    ]);
  });
});
