import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../lib/job/operations/operation';
import { operate } from '../../lib/operations/operate';
import { runPromotions } from '../../lib/operations/promotions';
import { verifyMirror } from '../../lib/operations/verify';
import type { Press } from '../../lib/publication/press';
import { readView } from '../../lib/publication/read-view';
import { newestVersion } from '../../lib/simplestreams/merge';
import { openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { formatKey } from '../../lib/store/format';
import { openMirrorDirectory } from '../../lib/store/open';
import '../fixtures/needs-seconds';
import { folderInMemory } from '../fixtures/temporary-folder';
import { smallPress } from '../publication/made/small-press';
import written from './last-release.json';

/**
 * last-release.json is a mirror that the last release, commit 17b31ee3, wrote with its own `publish` on 2026-11-20 and 21:
 * bookworm for amd64, twice in `candidate` and once in `stable`, each artefact of a few bytes. Its files are given as text, or
 * in base64; `key` is the key that signed it, which signs nothing else.
 */
async function mirrorOfLastRelease() {
  const root = folderInMemory();
  const make = (path: string) => mkdirSync(dirname(join(root, path)), { recursive: true });
  for (const [path, content] of Object.entries(written.files)) {
    make(path);
    writeFileSync(join(root, path), typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
  }
  for (const [path, target] of Object.entries(written.links)) {
    make(path);
    symlinkSync(target, join(root, path));
  }
  const signer = await openpgpSigner(Buffer.from(written.key, 'base64').toString());
  let time = new Date('2026-11-30T08:00:00Z');
  const now = () => {
    time = new Date(time.getTime() + 60_000);
    return time;
  };
  const press: Press = { mirror: new DirectoryStore(root), signer, now };
  return { root, press };
}

const ask = (operation: OperationRequest, press: Press) =>
  operate({ operation, by: 'anna@ops1', dryRun: false, tool: '0', needs: [] }, { ...press, log: () => {} });
const upgrade = (press: Press) => ask({ does: 'repair', upgrade: true }, press);
const promotion: OperationRequest = {
  ...{ does: 'promote', from: 'candidate', to: 'stable', architectures: [], flavours: [], require: [] },
};
const problemsOf = async ({ mirror }: Press) =>
  (await verifyMirror(mirror, { scratch: folderInMemory() })).problems.map(({ object, rule }) => `${rule} ${object}`);
const newestOf = async (view: string, press: Press) => {
  const { documents } = await readView(view, press);
  return [...documents.values()].flatMap(({ document }) => Object.values(document.products).map(newestVersion));
};

describe('a mirror of the last release', () => {
  it('can be read and verified, and refuses to be changed until it is upgraded', async () => {
    const { root, press } = await mirrorOfLastRelease();
    expect(await problemsOf(press)).toEqual([]);
    await openMirrorDirectory(root, { create: false });
    for (const create of [true, false]) {
      await expect(openMirrorDirectory(root, { create, writes: true })).rejects.toMatchObject({
        name: 'NotSupported',
        message: `${root} has the format of an older release`,
        hint: expect.stringContaining('maas-mirror repair --upgrade'),
      });
    }
  });

  it('is upgraded: what it offers stays, and is remembered', async () => {
    const { root, press } = await mirrorOfLastRelease();
    const before = await readView('candidate', press);
    await upgrade(press);
    const after = await readView('candidate', press);

    expect(await problemsOf(press)).toEqual([]);
    await openMirrorDirectory(root, { create: false, writes: true });
    expect(after.documents).toEqual(before.documents);
    expect(after.state).toMatchObject({ kind: 'built', upgraded: true });
    expect(Object.values(after.ledger.products).map(({ top, since }) => [top, Object.values(since)])).toEqual([
      ['20261121.083000', ['2026-11-21T08:30:00Z', '2026-11-21T08:30:00Z']],
    ]);
    expect(after.head.newest?.block.entries.map(({ what, by }) => [what, by])).toEqual([['upgrade', 'anna@ops1']]);
  });

  it('is built into as before, and its view is then a built one for good', async () => {
    const { root, press } = await mirrorOfLastRelease();
    await upgrade(press);
    const publisher = smallPress(press.signer, new DirectoryStore(root));
    publisher.turnClockTo('2026-12-01T08:30:00Z');
    await publisher.publish({ kernels: [{ kernel: 'generic', version: '6.1.170-1' }] });

    expect(await newestOf('candidate', press)).toEqual(['20261121.083001']);
    expect((await readView('candidate', press)).state.upgraded).toBeUndefined();
    expect(await problemsOf(press)).toEqual([]);
    await expect(
      ask({ does: 'promote', from: 'stable', to: 'candidate', architectures: [], flavours: [], require: [] }, press),
    ).rejects.toThrow('candidate is built from its recipe');
  });

  it('lets a view that was built be filled by promotion, once that is asked for', async () => {
    const { press } = await mirrorOfLastRelease();
    await upgrade(press);
    await expect(ask(promotion, press)).rejects.toMatchObject({
      message: 'stable was built by an older release; it cannot be filled by promotion',
      hint: expect.stringContaining('maas-mirror view set stable --by-hand'),
    });

    const set = await ask({ does: 'view-set', name: 'stable' }, press);
    expect(set.views[0]?.lines.map(({ why }) => why)).toEqual([
      'promoted by hand',
      'no longer built: builds into it are refused',
    ]);
    expect(set.remarks.filter(({ about }) => about === 'undo')).toEqual([]);
    await ask(promotion, press);
    expect(await newestOf('stable', press)).toEqual(['20261121.083000']);
    expect((await readView('stable', press)).state).toMatchObject({ kind: 'promoted' });
    expect((await readView('stable', press)).state.upgraded).toBeUndefined();
    expect(await problemsOf(press)).toEqual([]);
  });

  it('lets the settings of mirror.yaml fill a view that was built', async () => {
    const { press } = await mirrorOfLastRelease();
    await upgrade(press);
    const setting = { name: 'stable', promote: { from: 'candidate', require: [] }, configured: 'f'.repeat(64) };
    const bench = { ...press, log: () => {} };
    const shown = await runPromotions([setting], { by: 'timer', dryRun: true }, bench);
    expect(shown.runs).toMatchObject([{ view: 'stable', does: 'view-set', follows: 'promoted from candidate' }]);
    expect(shown.runs[0]).not.toHaveProperty('failure');
    const { runs } = await runPromotions([setting], { by: 'timer' }, bench);
    expect(runs.map(({ view, does, moved, failure }) => [view, does, moved, failure])).toEqual([
      ['stable', 'view-set', true, undefined],
      ['stable', 'promote', true, undefined],
    ]);
    expect(await newestOf('stable', press)).toEqual(['20261121.083000']);
  });
});

describe('the last release', () => {
  /**
   * Word for word what 17b31ee3 decides in lib/store/format.ts, whenever it opens a folder or a bucket. Tried with that release
   * itself on 2026-11-30: `NotSupported: … has format 2; this version supports format 1`.
   */
  function refusalOfLastRelease(bytes: Buffer): string | undefined {
    const { tool, format } = Object(JSON.parse(bytes.toString()));
    if (tool !== 'cdk-maas-mirror' || typeof format !== 'number') return 'ForeignDirectory';
    return format === 1 ? undefined : 'NotSupported';
  }

  it('refuses to write into a mirror of this one, and into one that was upgraded', async () => {
    const { press } = await mirrorOfLastRelease();
    const format = async ({ mirror }: Pick<Press, 'mirror'>) =>
      (await mirror.read(formatKey))?.bytes ?? Buffer.from('{}');
    expect(refusalOfLastRelease(await format(press))).toBeUndefined();
    await upgrade(press);
    expect(refusalOfLastRelease(await format(press))).toBe('NotSupported');

    const mirror = await openMirrorDirectory(join(folderInMemory(), 'mirror'), { create: true, writes: true });
    expect(refusalOfLastRelease(await format({ mirror }))).toBe('NotSupported');
    expect(JSON.parse((await format({ mirror })).toString())).toMatchObject({ format: 2, tool: 'cdk-maas-mirror' });
  });
});
