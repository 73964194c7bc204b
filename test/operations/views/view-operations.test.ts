import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { operate } from '../../../lib/operations/operate';
import { readStanding } from '../../../lib/publication/read-standing';
import { readView } from '../../../lib/publication/read-view';
import { viewsOf } from '../../../lib/publication/views';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import type { Store } from '../../../lib/store/store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { models } from '../../maas-model/sites';
import { images, type MadeViews, madeViews } from '../../publication/derived/made/made-views';
import { siteOf } from '../../publication/derived/made/site-of';
import { allStores } from '../../publication/made/all-stores';
import { MemoryStore } from '../../publication/made/memory-store';
import { recordingStore } from '../../publication/made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const old = { ...images({ '1': 'a' }), loader: { '1': 'a' } };
const news = { ...images({ '1': 'a', '2': 'b' }), loader: { '1': 'a', '2': 'b' } };
const [ga, hwe, loader] = [
  'ubuntu/noble/amd64/ga-24.04/generic',
  'ubuntu/noble/amd64/hwe-24.04/generic',
  'pxelinux/pxe/i386',
];

interface Mirror extends MadeViews {
  ask(operation: OperationRequest, how?: { dryRun?: boolean; plan?: string }): ReturnType<typeof operate>;
}

function mirrorIn(store: Store): Mirror {
  const views = madeViews(signer, store);
  return {
    ...views,
    ask: async (operation, { dryRun = false, plan } = {}) => {
      const asked = { operation, by: 'anna@ops1', reason: 'a test', dryRun, tool: '0', needs: [] };
      const bench = { ...views.press, log: () => {} };
      const outcome = await operate({ ...asked, ...(plan !== undefined && { plan }) }, bench);
      return { ...outcome, remarks: outcome.remarks.filter(({ about }) => about !== 'sites follow') };
    },
  };
}

async function twoViews(store: Store = new MemoryStore()): Promise<Mirror> {
  const mirror = mirrorIn(store);
  await mirror.offer('stable', old, ({ state }) => (state ? { state: { ...state, kind: 'promoted' } } : {}));
  await mirror.offer('candidate', news);
  return mirror;
}

const configured = '5'.repeat(64);
const asConfigured = {
  ...{ about: 'undo', why: 'apply the setting of mirror.yaml again' },
  commands: ['maas-mirror view set lab-2 --as-configured'],
};
const create = (name: string, from: string): OperationRequest => ({ does: 'view-create', name, select: [{ from }] });
const point = (name: string, from: string): OperationRequest => ({ does: 'view-set', name, select: [{ from }] });
const history = async (view: string, { press }: Mirror) =>
  (await readView(view, press)).head.newest?.block.entries.map(({ what, by, reason, from }) => [
    what,
    by,
    reason,
    from,
  ]);

describe('how a source is set back', () => {
  const undos = ({ remarks }: Awaited<ReturnType<Mirror['ask']>>) => remarks.filter(({ about }) => about === 'undo');

  it('is not printed if the source is no longer there', async () => {
    const mirror = await twoViews();
    await mirror.ask(create('lab-2', 'stable'));
    const { mirror: store } = mirror.press;
    for (const key of await Array.fromAsync(store.list('stable/'))) await store.remove(key);
    expect(undos(await mirror.ask(point('lab-2', 'candidate')))).toEqual([]);
  });
});

describe.each(allStores)('a site view, %s', (_, makeStore) => {
  it('is created with what its source offers, follows it, and can be pointed elsewhere and back', async () => {
    const mirror = await twoViews(await makeStore());
    const created = await mirror.ask(create('lab-2', 'stable'));
    expect(created.views).toEqual([
      {
        view: 'lab-2',
        moved: true,
        lines: [
          { does: 'create', why: 'follows stable' },
          { does: 'offer', product: loader, version: '1', name: '1', newest: '1' },
          { does: 'offer', product: ga, version: '1', name: '1', newest: '1' },
          { does: 'offer', product: hwe, version: '1', name: '1', newest: '1' },
        ],
      },
    ]);
    expect(created.remarks).toContainEqual({ about: 'undo', commands: ['maas-mirror view delete lab-2'] });
    expect(await mirror.offered('lab-2')).toEqual(old);

    const pointed = await mirror.ask(point('lab-2', 'candidate'));
    expect(pointed.views[0]?.lines).toEqual([
      { does: 'set', why: 'follows candidate' },
      ...[loader, ga, hwe].map((product) => ({
        ...{ does: 'offer', product, version: '2', name: '2', before: '1', newest: '2' },
      })),
    ]);
    expect(pointed.remarks).toEqual([
      { about: 'download', release: 'bootloaders', architecture: 'i386', bytes: 100 },
      { about: 'download', release: 'noble', architecture: 'amd64', bytes: 500 },
      { about: 'undo', commands: ['maas-mirror view set lab-2 --from stable'] },
    ]);
    expect(await mirror.offered('lab-2')).toEqual(news);

    const back = await mirror.ask(point('lab-2', 'stable'));
    expect(back.views[0]?.lines.slice(1)).toEqual([
      { does: 'offer', product: loader, version: '2.080000', name: '2.080000', newest: '2.080000', before: '2' },
      ...[ga, hwe].map((product) => ({ does: 'take back', product, version: '2', before: '2', newest: '1' })),
    ]);
    expect(await mirror.offered('lab-2')).toMatchObject(images({ '1': 'a' }));
    expect(await history('lab-2', mirror)).toEqual([
      ['view', 'anna@ops1', 'a test', 'stable'],
      ['view', 'anna@ops1', 'a test', 'candidate'],
      ['view', 'anna@ops1', 'a test', 'stable'],
    ]);
  });

  it('shows what it would do without doing it, and does exactly that or refuses', async () => {
    const store = await makeStore();
    const { ask: _ask, ...plain } = await twoViews(store);
    const { store: recording, writes } = recordingStore(store);
    const mirror = mirrorIn(recording);
    for (const request of [create('lab-2', 'stable'), { does: 'snapshot', view: 'candidate', name: 'may' }] as const) {
      const shown = await mirror.ask(request, { dryRun: true });
      expect(writes).toEqual([]);
      expect(shown.views.map(({ moved }) => moved)).toEqual([false]);
    }
    const shown = await mirror.ask(create('lab-2', 'candidate'), { dryRun: true });
    const frozen = await mirror.ask({ does: 'snapshot', view: 'candidate', name: 'may' }, { dryRun: true });
    plain.turnClockTo('2026-11-21T08:00:00Z');
    expect((await mirror.ask(create('lab-2', 'candidate'), { plan: shown.plan })).views[0]?.lines).toEqual(
      shown.views[0]?.lines,
    );
    await mirrorIn(store).offer('candidate', { ...images({ '1': 'a', '2': 'b', '3': 'c' }), loader: news.loader });
    await expect(
      mirror.ask({ does: 'snapshot', view: 'candidate', name: 'may' }, { plan: frozen.plan }),
    ).rejects.toThrow(expect.objectContaining({ name: 'PlanChanged' }));
    expect(await viewsOf(store)).toEqual(['candidate', 'lab-2', 'stable']);
  });

  it('is deleted with a note, and its names and its history go on when it is created again', async () => {
    const mirror = await twoViews(await makeStore());
    await mirror.ask(create('lab-2', 'stable'));
    const { views, remarks } = await mirror.ask({ does: 'view-delete', name: 'lab-2' });
    expect(views).toEqual([{ view: 'lab-2', lines: [{ does: 'delete' }], moved: true }]);
    expect(remarks.at(-1)).toEqual({ about: 'keeps' });
    expect(await viewsOf(mirror.press.mirror)).toEqual(['candidate', 'stable']);
    expect((await mirror.press.mirror.read(layout.tombstone('lab-2')))?.bytes.toString()).toContain('anna@ops1');

    await mirror.ask(create('lab-2', 'candidate'));
    expect(await mirror.offered('lab-2')).toEqual(news);
    expect(await history('lab-2', mirror)).toHaveLength(3);
  });

  it('gets a snapshot that has the very documents, and stays as it is', async () => {
    const store = await makeStore();
    const mirror = await twoViews(store);
    const before = await readView('candidate', mirror.press);
    const { views } = await mirror.ask({ does: 'snapshot', view: 'candidate', name: '2026-11' });
    expect(views[0]?.lines[0]).toEqual({ does: 'create', why: 'frozen from candidate' });
    await mirror.offer('candidate', { ...images({ '3': 'c' }), loader: { '3': 'c' } });

    const frozen = await readView('snapshots/2026-11', mirror.press);
    const paths = (view: typeof before) => [...view.documents.values()].map(({ path }) => path);
    expect(paths(frozen)).toEqual(paths(before));
    expect(frozen.state).toMatchObject({
      kind: 'frozen',
      source: { snapshot: { from: 'candidate', index: before.digest, at: '2026-11-20T08:00:00Z' } },
    });
    expect(await mirror.offered('snapshots/2026-11')).toEqual(news);
    if (store instanceof DirectoryStore) {
      expect((await store.read('snapshots/2026-11/noble/amd64/b/squashfs'))?.bytes).toBeDefined();
    }
    await mirror.ask(create('lab-2', 'snapshots/2026-11'));
    expect(await mirror.offered('lab-2')).toEqual(news);
  });
});

describe('a selected view', () => {
  it('is filled from several sources by releases, in the words that products have', async () => {
    const mirror = await twoViews();
    const select = [
      { releases: ['bootloaders'], from: 'stable' },
      { releases: ['24.04'], flavours: ['ga'], from: 'candidate' },
    ];
    const { views } = await mirror.ask({ does: 'view-create', name: 'mixed', select });

    expect(views[0]?.lines[0]).toEqual({
      does: 'create',
      why: 'selects bootloaders from stable, 24.04 ga from candidate',
    });
    expect((await readView('mixed', mirror.press)).state.source).toEqual({
      select: [
        { from: 'stable', releases: ['bootloaders'] },
        { from: 'candidate', releases: ['noble'], flavours: ['ga-24.04'] },
      ],
    });
    expect(await mirror.offered('mixed')).toEqual({ loader: old.loader, 'ga-24.04': news['ga-24.04'] });
  });

  it('that loses a flavour says what may depend on it', async () => {
    const mirror = await twoViews();
    await mirror.ask(create('lab-2', 'stable'));
    const select = [{ flavours: ['ga-24.04'], from: 'stable' }];
    const { views, remarks } = await mirror.ask({ does: 'view-set', name: 'lab-2', select });

    expect(views[0]?.lines.filter(({ does }) => does === 'drop')).toEqual([
      { does: 'drop', product: loader, before: '1' },
      { does: 'drop', product: hwe, before: '1' },
    ]);
    expect(remarks).toContainEqual({
      ...{ about: 'depends', product: hwe, release: 'noble', architecture: 'amd64' },
      why: 'machines with hwe-24.04 as hwe_kernel or min_hwe_kernel',
    });
    expect(remarks).toContainEqual({ about: 'keeps' });
  });

  it('becomes a promoted one that keeps what it offers, and back', async () => {
    const mirror = await twoViews();
    await mirror.ask(create('lab-2', 'stable'));
    const promote = { from: 'candidate', after: '3d', require: ['hw-lab'] };
    const { views } = await mirror.ask({ does: 'view-set', name: 'lab-2', promote, configured });
    expect(views[0]?.lines).toEqual([{ does: 'set', why: 'filled from candidate after 3d, hw-lab' }]);
    const { remarks } = await mirror.ask(point('lab-2', 'stable'), { dryRun: true });
    expect(remarks).toContainEqual(asConfigured);
    const { state } = await readView('lab-2', mirror.press);
    expect(state).toMatchObject({ kind: 'promoted', source: { promote } });
    expect(await mirror.offered('lab-2')).toEqual(old);

    await mirror.offer('stable', news, ({ state: same }) => (same ? { state: same } : {}));
    expect(await mirror.offered('lab-2')).toEqual(old);
    expect((await mirror.ask({ does: 'view-set', name: 'lab-2', promote })).views).toEqual([
      { view: 'lab-2', lines: [], moved: false },
    ]);
    await mirror.ask(point('lab-2', 'stable'));
    expect(await mirror.offered('lab-2')).toEqual(news);
    await mirror.ask({ does: 'view-set', name: 'lab-2' });
    const byHand = await mirror.ask(point('lab-2', 'stable'), { dryRun: true });
    expect(byHand.remarks).toContainEqual({ about: 'undo', commands: ['maas-mirror view set lab-2 --by-hand'] });
  });

  it('is set as configured again where its parts have no options, if mirror.yaml has configured it', async () => {
    const mirror = await twoViews();
    const select = [{ from: 'stable', architectures: ['amd64'] }];
    await mirror.ask({ does: 'view-create', name: 'lab-2', select });
    const other = await mirror.ask(point('lab-2', 'stable'), { dryRun: true });
    expect(other.remarks.filter(({ about }) => about === 'undo')).toEqual([]);
    await mirror.ask({ does: 'view-set', name: 'lab-2', select, configured });
    const { remarks } = await mirror.ask(point('lab-2', 'stable'), { dryRun: true });
    expect(remarks).toContainEqual(asConfigured);
  });
});

describe('a promoted view', () => {
  it('is created with what may be promoted now', async () => {
    const mirror = await twoViews();
    const promote = { from: 'candidate', require: [] };
    const { views } = await mirror.ask({ does: 'view-create', name: 'tested', promote });

    const lines = views[0]?.lines.filter(({ product }) => product === undefined);
    expect(lines).toEqual([{ does: 'create', why: 'filled from candidate' }]);
    expect(await mirror.offered('tested')).toEqual({ ...images({ '2': 'b' }), loader: { '2': 'b' } });
    expect((await readView('tested', mirror.press)).state).toMatchObject({ kind: 'promoted', source: { promote } });
  });
});

describe('what was withdrawn', () => {
  it('in a view that is deleted afterwards is obeyed on', async () => {
    const mirror = await twoViews();
    const scope = { release: 'noble', architectures: [], flavours: [], allViews: false };
    await mirror.ask({ does: 'withdraw', view: 'candidate', version: '2', ...scope });
    await mirror.ask({ does: 'view-delete', name: 'candidate' });
    await mirror.ask(create('lab-2', 'stable'));
    await mirror.offer('stable', news);

    expect(await mirror.offered('lab-2')).toMatchObject(images({ '1': 'a' }));
    const { withdrawn } = await readStanding('stable', 'com.ubuntu.maas:stable:v3:download', mirror.press);
    expect(withdrawn).toHaveLength(1);
  });

  it('refuses a snapshot of what is newest and withdrawn, and tells an older one', async () => {
    const mirror = await twoViews();
    const scope = { release: 'noble', architectures: [], flavours: [], allViews: false };
    await mirror.ask({ does: 'withdraw', view: 'stable', version: '1', ...scope });
    await expect(mirror.ask({ does: 'snapshot', view: 'stable', name: 'may' })).rejects.toThrow(
      expect.objectContaining({ name: 'Withdrawn' }),
    );

    const { remarks } = await mirror.ask({ does: 'snapshot', view: 'candidate', name: 'may' });
    expect(remarks.filter(({ about }) => about === 'still offered')).toEqual(
      [ga, hwe].map((product) => ({ about: 'still offered', view: 'candidate', product, version: '1' })),
    );
  });
});

it('refuses a source that does not exist, and names all views that do, also snapshots', async () => {
  const mirror = await twoViews();
  await mirror.ask({ does: 'snapshot', view: 'stable', name: 'may' });
  await expect(mirror.ask(create('lab-2', 'snapshots/june'))).rejects.toMatchObject({
    ...{ name: 'NoSuchView', message: 'the mirror has no view snapshots/june' },
    hint: 'the views are: candidate, stable, snapshots/may',
  });
});

describe('refuses', () => {
  const follow = async (mirror: Mirror, name: string, from: string) => mirror.ask(create(name, from));
  const refusals: readonly (readonly [string, (mirror: Mirror) => Promise<unknown>, string, string, string])[] = [
    [
      'to create a view that exists',
      (mirror) => follow(mirror, 'stable', 'candidate'),
      'BadInput',
      'the view stable exists already',
      'to point it elsewhere: maas-mirror view set stable --from VIEW',
    ],
    [
      'a source that does not exist',
      (mirror) => follow(mirror, 'lab-2', 'stabel'),
      'NoSuchView',
      'the mirror has no view stabel',
      'the views are: candidate, stable',
    ],
    [
      'to create a view that would be empty',
      (mirror) => mirror.ask({ does: 'view-create', name: 'manual' }),
      'BadInput',
      'manual would be empty: MAAS rejects a source without products',
      'fill it by a promotion, which creates it: maas-mirror promote VIEW manual',
    ],
    [
      'a part of a release that the source does not have',
      (mirror) => mirror.ask({ does: 'view-create', name: 'lab-2', select: [{ releases: ['jammy'], from: 'stable' }] }),
      'NoSuchVersion',
      'the view stable has no jammy',
      'it has: bootloaders, noble',
    ],
    [
      'to point a built view elsewhere',
      (mirror) => mirror.ask(point('candidate', 'stable')),
      'BadInput',
      'candidate is built from its recipe; it cannot get its versions from another view',
      'create a view for that: maas-mirror view create NAME --from VIEW',
    ],
    [
      'a view that follows itself',
      async (mirror) => {
        await follow(mirror, 'lab-2', 'stable');
        return mirror.ask(point('lab-2', 'lab-2'));
      },
      'BadInput',
      'views cannot be made from each other: lab-2 <- lab-2',
      'choose a source that is not made from lab-2',
    ],
    [
      'views that follow each other',
      async (mirror) => {
        await follow(mirror, 'lab-2', 'stable');
        await follow(mirror, 'lab-3', 'lab-2');
        return mirror.ask(point('lab-2', 'lab-3'));
      },
      'BadInput',
      'views cannot be made from each other: lab-2 <- lab-3 <- lab-2',
      'choose a source that is not made from lab-2',
    ],
    [
      'a fourth view above three, and a third below two',
      async (mirror) => {
        for (const [name, from] of [
          ['one', 'stable'],
          ['two', 'one'],
          ['three', 'two'],
        ] as const)
          await follow(mirror, name, from);
        await expect(follow(mirror, 'four', 'three')).rejects.toThrow(
          '4 views would follow one another, of which 3 may',
        );
        await follow(mirror, 'five', 'candidate');
        return mirror.ask(point('one', 'five'));
      },
      'BadInput',
      '4 views would follow one another, of which 3 may',
      'let one follow a view that is not itself selected',
    ],
    [
      'to delete a view that another follows',
      async (mirror) => {
        await follow(mirror, 'lab-2', 'stable');
        return mirror.ask({ does: 'view-delete', name: 'stable' });
      },
      'BadInput',
      'lab-2 follows stable, so stable cannot be deleted',
      'point it elsewhere first: maas-mirror view set lab-2 --from VIEW',
    ],
    [
      'to delete a view that another is filled from',
      async (mirror) => {
        await mirror.ask({ does: 'view-set', name: 'stable', promote: { from: 'candidate', require: [] } });
        return mirror.ask({ does: 'view-delete', name: 'candidate' });
      },
      'BadInput',
      'stable is filled from candidate, so candidate cannot be deleted',
      'point it elsewhere first: maas-mirror view set stable --by-hand',
    ],
    [
      'a second snapshot of one name',
      async (mirror) => {
        await mirror.ask({ does: 'snapshot', view: 'stable', name: 'may' });
        return mirror.ask({ does: 'snapshot', view: 'candidate', name: 'may' });
      },
      'BadInput',
      'snapshots/may exists already, and a snapshot never changes',
      'choose another name, or delete it first: maas-mirror view delete snapshots/may',
    ],
    [
      'a snapshot of a snapshot',
      async (mirror) => {
        await mirror.ask({ does: 'snapshot', view: 'stable', name: 'may' });
        return mirror.ask({ does: 'snapshot', view: 'snapshots/may', name: 'june' });
      },
      'BadInput',
      'snapshots/may is a snapshot already',
      'name the view that it was made from',
    ],
    [
      'to change a snapshot',
      async (mirror) => {
        await mirror.ask({ does: 'snapshot', view: 'stable', name: 'may' });
        return mirror.ask({ does: 'hold', view: 'snapshots/may', release: 'noble', architectures: [], flavours: [] });
      },
      'BadInput',
      'the view snapshots/may is a snapshot, which never changes',
      'name the view that it was made from, or delete the snapshot: maas-mirror view delete',
    ],
    [
      'to create a promoted view while nothing may be promoted',
      (mirror) =>
        mirror.ask({
          ...{ does: 'view-create', name: 'tested' },
          promote: { from: 'candidate', after: '3d', require: [] },
        }),
      'ContractBroken',
      'tested would be empty: candidate has nothing yet that may be promoted',
      'the first promotion creates it, once candidate has a version that may be promoted',
    ],
    [
      'a selection of which everything is withdrawn',
      async (mirror) => {
        const scope = { view: 'stable', version: '1', architectures: [], flavours: [], allViews: false };
        await mirror.ask({ does: 'withdraw', release: 'noble', ...scope });
        return mirror.ask({
          ...{ does: 'view-create', name: 'lab-2' },
          select: [{ releases: ['noble'], from: 'stable' }],
        });
      },
      'ContractBroken',
      'lab-2 would be empty: MAAS rejects a source without products',
      'select something that stable offers',
    ],
    [
      'to create a view in a mirror that has none',
      () => mirrorIn(new MemoryStore()).ask(create('lab-2', 'stable')),
      'NoSuchView',
      'the mirror has no view stable',
      'publish to it first',
    ],
    [
      'every other operation in a mirror that has no view',
      () => mirrorIn(new MemoryStore()).ask({ does: 'view-delete', name: 'stable' }),
      'NoSuchView',
      'memory has no view "stable"; it has none',
      'publish to a view first',
    ],
  ];

  it.each(refusals)('%s', async (_, ask, name, message, hint) => {
    const mirror = await twoViews();
    await expect(ask(mirror)).rejects.toThrow(expect.objectContaining({ name, message, hint }));
  });
});

describe.each(models)('a site, as %s sees it', (_, make) => {
  it('gets what its view is pointed to, and what a snapshot has, and keeps what it has when the view is deleted', async () => {
    const store = new MemoryStore();
    const mirror = await twoViews(store);
    await mirror.ask(create('lab-2', 'stable'));
    const { site, seen } = siteOf(make, 'lab-2', mirror, signer);
    await site.advance(130);
    const told = [seen()];
    for (const [day, operation] of [
      ['21', point('lab-2', 'candidate')],
      ['22', { does: 'snapshot', view: 'candidate', name: 'may' }],
      ['23', point('lab-2', 'stable')],
      ['24', point('lab-2', 'snapshots/may')],
      ['25', { does: 'view-delete', name: 'lab-2' }],
    ] as const) {
      mirror.turnClockTo(`2026-11-${day}T08:00:00Z`);
      await mirror.ask(operation);
      await site.advance(200);
      told.push(seen());
    }
    expect(told).toEqual(['a a a', 'b b b', 'b b b', 'a a a', 'b b b', 'b b b']);
    expect(site.outages()).toEqual([]);
  });
});

describe('a view whose deletion has begun', () => {
  it('refuses to become a source, and can be deleted to the end', async () => {
    const mirror = await twoViews();
    await mirror.ask(create('lab', 'stable'));
    await mirror.offer('candidate', news, ({ state }) => (state ? { state: { ...state, deleting: true } } : {}));
    const scope = { architectures: [], flavours: [] };
    const requests: OperationRequest[] = [
      create('new', 'candidate'),
      point('lab', 'candidate'),
      { does: 'promote', from: 'candidate', to: 'stable', require: [], ...scope },
      { does: 'view-set', name: 'stable', promote: { from: 'candidate', require: [] } },
      create('candidate', 'stable'),
    ];
    for (const asked of requests) {
      await expect(mirror.ask(asked)).rejects.toMatchObject({
        name: 'NoSuchView',
        message: 'the view candidate is being deleted',
        hint: expect.stringContaining('maas-mirror view delete candidate'),
      });
    }
    await mirror.ask({ does: 'view-delete', name: 'candidate' });
    expect((await readView('candidate', mirror.press)).index).toBeUndefined();
  });
});
