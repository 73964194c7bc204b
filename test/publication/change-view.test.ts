import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { verifyMirror } from '../../lib/operations/verify';
import { addingVersions } from '../../lib/publication/add-versions';
import { changeView } from '../../lib/publication/change-view';
import { followIndex } from '../../lib/publication/commit/follow-index';
import { readView } from '../../lib/publication/read-view';
import { jsonPathOf } from '../../lib/simplestreams/documents';
import { writeJson } from '../../lib/simplestreams/json';
import type { Addition } from '../../lib/simplestreams/merge';
import { detachedFault } from '../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import type { Products } from '../../lib/simplestreams/types';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import { smallPress } from './made/small-press';
import { recordingStore, wrappedStore } from './made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const contentId = 'com.debian.maas:candidate:v3:download';
const index = layout.index('candidate');
const note = { what: 'publish' } as const;
const newer = { kernels: [{ kernel: 'generic', version: '6.1.158-1' }, { kernel: 'cloud' }] };

describe('a publication', () => {
  it('writes objects, then documents, then index.sjson, and index.json last', async () => {
    const press = smallPress(signer);
    const { store, writes } = recordingStore(press.mirror);

    await press.publish({ kernels: [{ kernel: 'generic' }] }, { mirror: store });

    const document = writeJson((await press.document()) ?? {});
    const signed = splitClearsigned((await press.bytes(index)) ?? Buffer.alloc(0));
    const { path } = JSON.parse(signed.text).index[contentId];
    const pool = 'pool/bookworm/amd64/20261120.083000';
    const { stored } = await readView('candidate', press);
    const state = (JSON.parse(signed.text) as { readonly state?: string }).state;
    expect(writes).toEqual([
      'replace keyring.gpg',
      'replace keyring.asc',
      'replace index.html',
      'expose candidate/bookworm',
      `create ${pool}/claim.json`,
      `adopt ${pool}/squashfs`,
      `adopt ${pool}/squashfs.manifest`,
      `adopt ${pool}/generic/generic/boot-kernel`,
      `adopt ${pool}/generic/generic/boot-initrd`,
      `create ${pool}/generic/generic/provenance.json`,
      'expose candidate/bookworm',
      `create candidate/${jsonPathOf(document)}`,
      `create candidate/${path}`,
      `replace candidate/${jsonPathOf(document)}.gpg`,
      ...[stored?.ledger, stored?.history?.path, state].map((path) => `create candidate/${path}`),
      'replace candidate/streams/v1/index.sjson',
      'replace candidate/streams/v1/index.json.gpg',
      'replace candidate/streams/v1/index.json',
    ]);
  });

  it.each([
    ['create', '.json'],
    ['create', '.sjson'],
    ['replace', '.json.gpg'],
  ])('refuses to move the index where a document cannot be written (%s %s)', async (method, ending) => {
    const press = smallPress(signer);
    const documents = 'candidate/streams/v1/';
    const mirror = wrappedStore(press.mirror, async (call, go) => {
      const isDocument = call.key.startsWith(documents) && /^[0-9a-f]{64}\./.test(call.key.slice(documents.length));
      if (isDocument && call.method === method && call.key.endsWith(ending)) throw new Error('the disk is gone');
      return go();
    });

    await expect(press.publish({}, { mirror })).rejects.toThrow('the disk is gone');
    expect(await press.bytes(index)).toBeUndefined();
  });

  it('leaves the old state where it is interrupted before the index moves, and the next one goes on', async () => {
    const press = smallPress(signer);
    await press.publish();
    const before = await press.bytes(index);
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === index) throw new Error('the power is gone');
      return go();
    });
    await expect(press.publish({ execution: 'cut', ...newer }, { mirror })).rejects.toThrow('the power is gone');
    expect(await press.bytes(index)).toEqual(before);

    expect(await press.publish({ execution: 'cut', ...newer })).toMatchObject({ version: '20261120.083001' });

    expect((await verifyMirror(press.mirror, { scratch: folderInMemory() })).problems).toEqual([]);
  });

  it('brings index.json after an index.sjson that an interrupted one left alone', async () => {
    const press = smallPress(signer);
    await press.publish();
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === layout.plainIndex('candidate')) throw new Error('the power is gone');
      return go();
    });
    await expect(press.publish(newer, { mirror })).rejects.toThrow('the power is gone');

    expect(await press.publish(newer)).toMatchObject({ version: null });

    expect((await verifyMirror(press.mirror, { scratch: folderInMemory() })).problems).toEqual([]);
  });
});

describe('changeView', () => {
  it('merges again where somebody else has moved the index meanwhile', async () => {
    const press = smallPress(signer);
    await press.publish();
    let others = 1;
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === index && others-- > 0) await press.publish({ architecture: 'arm64' });
      return go();
    });

    expect(await press.publish(newer, { mirror })).toMatchObject({ version: '20261120.083001' });

    expect(Object.keys((await press.document())?.products ?? {})).toHaveLength(4);
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000', '20261120.083001']);
    expect((await verifyMirror(press.mirror, { scratch: folderInMemory() })).problems).toEqual([]);
  });

  it('takes a newer name where another build of the same product came first', async () => {
    const press = smallPress(signer);
    let others = 1;
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === index && others-- > 0) await press.publish({ ...newer, rebuild: true });
      return go();
    });

    // It has claimed a time already, but the other's is later. A rebuild is published whatever came before it.
    const published = await press.publish({ rebuild: true }, { mirror });

    expect(published).toMatchObject({ version: '20261120.083002' });
    expect(await press.versionsOf('generic')).toEqual(['20261120.083001', '20261120.083002']);
  });

  it('publishes nothing, and says so, where an equal build came first', async () => {
    const press = smallPress(signer);
    let others = 1;
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === index && others-- > 0) await press.publish();
      return go();
    });

    expect(await press.publish({}, { mirror })).toMatchObject({ version: null, products: [] });

    expect(await press.versionsOf('generic')).toEqual(['20261120.083001']);
  });

  it('leaves a flavour to another build that published a later one of it meanwhile', async () => {
    const press = smallPress(signer);
    await press.publish();
    let others = 1;
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === index && others-- > 0) {
        press.turnClockTo('2026-11-20T08:29:00Z');
        await press.publish({ kernels: [{ kernel: 'cloud', version: '6.1.158-1' }] });
      }
      return go();
    });

    // Its own cloud is what was published when it began; only generic has objects in the folder that it claimed.
    const published = await press.publish(newer, { mirror });

    expect(published.products).toEqual(['com.debian.maas.candidate:v3:boot:12:amd64:generic']);
    expect(await press.versionsOf('cloud')).toEqual(['20261120.083000', '20261120.083000.082900']);
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000', '20261120.083001']);
  });

  it('says whether it added anything', async () => {
    const press = smallPress(signer);
    await press.publish();
    expect(
      await changeView(
        'candidate',
        addingVersions(contentId, () => [], note),
        press,
      ),
    ).toBe(false);
    const same = (document: Products | undefined) => additionsFrom(document);
    expect(await changeView('candidate', addingVersions(contentId, same, note), press)).toBe(false);
  });

  it('refuses a version that MAAS could not read, naming the rule', async () => {
    const press = smallPress(signer);
    await press.publish();
    const before = await press.bytes(index);
    const [first] = additionsFrom(await press.document());
    const bad = { ...first, versionName: '20261121', version: { items: {} } } as Addition;

    await expect(
      changeView(
        'candidate',
        addingVersions(contentId, () => [bad], note),
        press,
      ),
    ).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringContaining('[items-empty]'),
    });
    expect(await press.bytes(index)).toEqual(before);
  });
});

describe('followIndex', () => {
  it('does nothing in a view that is not there', async () => {
    const press = smallPress(signer);
    await followIndex('candidate', press);
    expect(await press.keys()).toEqual([]);
  });

  it('names unsigned documents, signs what it says, and gives the same bytes again', async () => {
    const press = smallPress(signer);
    await press.publish();
    const read = async () => ({
      plain: (await press.bytes(layout.plainIndex('candidate'))) ?? Buffer.alloc(0),
      signature: (await press.bytes(layout.plainIndexSignature('candidate'))) ?? Buffer.alloc(0),
    });
    const before = await read();

    press.turnClockTo('2026-11-25T08:30:00Z');
    await followIndex('candidate', press);

    expect(await read()).toEqual(before);
    expect(detachedFault(before.signature, before.plain)).toBeUndefined();
    const { path } = JSON.parse(before.plain.toString()).index[contentId];
    expect(await press.bytes(`candidate/${path}`)).toEqual(Buffer.from(writeJson((await press.document()) ?? {})));
  });

  it('follows again where the index moves while it works', async () => {
    const press = smallPress(signer);
    await press.publish();
    let others = 1;
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === layout.plainIndex('candidate') && others-- > 0) await press.publish(newer);
      return go();
    });

    await followIndex('candidate', { ...press, mirror });

    expect((await verifyMirror(press.mirror, { scratch: folderInMemory() })).problems).toEqual([]);
  });
});

/** Additions of just what a document has. */
function additionsFrom(document: Products | undefined): Addition[] {
  return Object.entries(document?.products ?? {}).flatMap(([productId, { versions, ...fields }]) =>
    Object.entries(versions).map(([versionName, version]) => ({
      productId,
      fields: fields as Record<string, string>,
      versionName,
      version,
    })),
  );
}
