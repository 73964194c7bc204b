import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { verifyMirror } from '../../../lib/operations/verify';
import { deleteView } from '../../../lib/publication/delete-view';
import { deletingError } from '../../../lib/publication/state/deleting-error';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { formatBytes, formatKey } from '../../../lib/store/format';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';
import { MadeMirror } from './made-mirror';

const scope = { view: 'candidate', release: 'noble', architectures: [], flavours: [] };
const rollback: OperationRequest = { does: 'rollback', ...scope, republish: false, allViews: true };
const alone: OperationRequest = { does: 'rollback', ...scope, republish: false, allViews: false };
const restore: OperationRequest = { does: 'restore', ...scope, version: '20261124.083000', allViews: true };
const promoteTo = (to: string): OperationRequest => ({
  ...{ does: 'promote', from: 'candidate', to, architectures: [], flavours: [], require: [] },
});
const images = (words: string) => ({ images: { 'ga-24.04': words, 'hwe-24.04': words } });
const all = (words: string) => ({ 'ga-24.04': `${words}/${words}`, 'hwe-24.04': `${words}/${words}` });

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

let mirror: MadeMirror;
/** A bad version in candidate and in stable, which both had a good one before. */
beforeEach(async () => {
  mirror = new MadeMirror(new MemoryStore(), signer);
  for (const [day, words] of [
    ['23', 'good'],
    ['24', 'bad'],
  ] as const) {
    mirror.turnClockTo(`2026-11-${day}T08:30:00Z`);
    await mirror.publish('candidate', `202611${day}.083000`, images(words));
    await mirror.operate(promoteTo('stable'));
  }
  mirror.turnClockTo('2026-11-24T10:15:00Z');
});

/** Does something when a view's index is written for the first time from now on, before or after that. */
function when(view: string, moment: 'before' | 'after', what: () => Promise<unknown>): void {
  mirror.around = async ({ method, key }, go) => {
    if (method !== 'replace' || key !== `${view}/streams/v1/index.sjson`) return go();
    mirror.around = (_, next) => next();
    if (moment === 'before') await what();
    const done = await go();
    if (moment === 'after') await what();
    return done;
  };
}

async function failed(): Promise<never> {
  throw new MirrorError('StoreFailed', 'the disk is gone');
}

const newest = async () => [await mirror.newest('candidate'), await mirror.newest('stable')];

/** The same withdrawal in both views. */
async function expectOneMark(): Promise<void> {
  const [candidate, stable] = [await mirror.read('candidate'), await mirror.read('stable')];
  expect(candidate.state.withdrawals).toHaveLength(1);
  expect(candidate.state.withdrawals).toEqual(stable.state.withdrawals);
}

describe('a rollback in all views', () => {
  it('goes back in each, and the restoration brings both back', async () => {
    const { views } = await mirror.operate(rollback);
    expect(views.map(({ view, moved }) => [view, moved])).toEqual([
      ['stable', true],
      ['candidate', true],
    ]);
    expect(await newest()).toEqual([all('good'), all('good')]);
    await mirror.operate(restore);
    expect(await newest()).toEqual([all('bad'), all('bad')]);
  });

  it('names what was changed when a view fails, and the same command continues', async () => {
    mirror.around = async ({ method, key }, go) => {
      if (method !== 'create' || !key.startsWith('candidate/')) return go();
      mirror.around = (_, next) => next();
      throw new MirrorError('StoreFailed', 'the disk is gone', { hint: 'mount it' });
    };
    await expect(mirror.operate(rollback)).rejects.toMatchObject({
      name: 'StoreFailed',
      message: 'the disk is gone; already changed: stable',
      hint: 'mount it; then run the same command again: it continues with the other views',
    });
    expect(await newest()).toEqual([all('bad'), all('good')]);
    mirror.turnClockTo('2026-11-24T10:20:00Z');

    await mirror.operate(rollback);

    expect(await newest()).toEqual([all('good'), all('good')]);
    await expectOneMark();
  });

  it('is continued without the plan that was shown, since the mirror is another by then', async () => {
    const { plan } = await mirror.operate(rollback, { dryRun: true });
    when('candidate', 'before', failed);
    await expect(mirror.operate(rollback, { plan })).rejects.toMatchObject({
      message: 'the disk is gone; already changed: stable; may have been changed: candidate',
      hint: 'run maas-mirror repair, then look for the change: maas-mirror history candidate; only if it is missing, run the same command again, without --plan',
    });
    await expect(mirror.operate(rollback, { plan })).rejects.toMatchObject({ name: 'PlanChanged' });
  });

  it('continues in views that come after one whose commit was not answered', async () => {
    when('stable', 'after', failed);
    await expect(mirror.operate(rollback)).rejects.toMatchObject({
      message: 'the disk is gone; may have been changed: stable',
      hint: 'run the same command again: it continues with the other views',
    });
    await mirror.operate(rollback);
    expect(await newest()).toEqual([all('good'), all('good')]);
  });

  /** Fails to list the views once candidate was changed: once, or until the operation has ended. */
  async function expectUnlisted({ once }: { once: boolean }): Promise<void> {
    const { store } = mirror;
    const folders = store.folders.bind(store);
    when('candidate', 'after', async () => {
      store.folders = async () => {
        if (once) store.folders = folders;
        throw new MirrorError('StoreFailed', 'the disk is gone');
      };
    });
    await expect(mirror.operate(alone)).rejects.toMatchObject({
      message: 'the disk is gone; already changed: candidate',
      hint: 'do not run the same command again: it would change another version; to see the change: maas-mirror history candidate; to finish it: maas-mirror repair',
    });
    store.folders = folders;
  }

  it('updates what follows a changed view, also if it fails after that', async () => {
    await mirror.operate({ does: 'view-create', name: 'lab', select: [{ from: 'candidate' }] });
    await expectUnlisted({ once: true });
    expect(await mirror.newest('lab')).toEqual(all('good'));
  });

  it('says what failed first, if what follows cannot be updated then', async () => {
    const logged: string[] = [];
    Object.assign(mirror.bench, { log: (line: string) => logged.push(line) });
    await expectUnlisted({ once: false });
    expect(logged).toEqual([
      'rollback: candidate changed',
      'could not update what follows candidate: the disk is gone',
    ]);
  });

  it('includes a view that comes while it is carried out', async () => {
    when('stable', 'before', () => mirror.operate(promoteTo('late')));
    const { views } = await mirror.operate(rollback);
    expect(views.map(({ view }) => view)).toEqual(['stable', 'candidate', 'late']);
    expect(await mirror.read('late')).toMatchObject({ state: { withdrawals: [{ everywhere: true }] } });
  });

  it('takes back the version that it began with, if another one is published before the named view has its turn', async () => {
    when('candidate', 'before', () => mirror.publish('candidate', '20261125.083000', images('fix')));
    await mirror.operate(rollback);
    expect(await newest()).toEqual([all('fix'), all('good')]);
    await expectOneMark();
  });

  it('passes over a view that is deleted meanwhile', async () => {
    when('stable', 'before', () => deleteView('stable', { what: 'view' }, mirror.bench));
    await mirror.operate(rollback);
    expect(await mirror.newest('candidate')).toEqual(all('good'));
    expect((await mirror.read('stable')).index).toBeUndefined();
  });
});

describe('a view whose deletion was interrupted', () => {
  const deleteLab: OperationRequest = { does: 'view-delete', name: 'lab' };
  const leftOut = { about: 'being deleted', view: 'lab', commands: ['maas-mirror view delete lab'] };

  beforeEach(async () => {
    await mirror.store.create(formatKey, formatBytes);
    await mirror.operate({ does: 'view-create', name: 'lab', select: [{ from: 'stable' }] });
  });

  /** Is killed before one of the indexes is removed. */
  async function interrupted(key: string): Promise<void> {
    mirror.around = (call, go) => (call.method === 'remove' && call.key === key ? failed() : go());
    await expect(mirror.operate(deleteLab)).rejects.toThrow('the disk is gone');
    mirror.around = (_, next) => next();
  }

  it.each<OperationRequest>([
    rollback,
    alone,
    { does: 'withdraw', ...scope, version: 'newest', allViews: true },
    { does: 'withdraw', ...scope, version: 'newest', allViews: false },
  ])('is left out, and named with what finishes it: $does, in all views: $allViews', async (operation) => {
    await interrupted('lab/streams/v1/index.json');
    for (const dryRun of [true, false]) {
      const { views, remarks } = await mirror.operate(operation, { dryRun });
      expect(views.map(({ view }) => view)).not.toContain('lab');
      expect(remarks).toContainEqual(leftOut);
      expect(remarks.filter(({ about, view }) => about === 'still offered' && view === 'lab')).toEqual([]);
    }
    await mirror.operate(deleteLab);
  });

  it('is left out also if the deletion begins before it has its turn', async () => {
    when('lab', 'before', () => interrupted('lab/streams/v1/index.json'));
    const { views, remarks } = await mirror.operate(rollback);
    expect(views).toContainEqual({ view: 'lab', lines: [], moved: false });
    expect(remarks.filter(({ about }) => about === 'being deleted')).toEqual([leftOut]);
    expect(await newest()).toEqual([all('good'), all('good')]);
  });

  it('is only taken for one that is being deleted if that is said of itself', async () => {
    for (const error of [deletingError('pilot'), new MirrorError('NoSuchView', 'the mirror has no view lab')]) {
      when('lab', 'before', () => Promise.reject(error));
      await expect(mirror.operate(rollback)).rejects.toThrow(error.message);
      expect(await mirror.newest('lab')).toEqual(all('bad'));
    }
  });

  it.each(['index.json', 'index.sjson'])('is told by verify, and nothing else, if %s is left', async (name) => {
    await interrupted(`lab/streams/v1/${name}`);
    await mirror.operate(rollback);
    const { problems } = await verifyMirror(mirror.store, { scratch: folderInMemory() });
    expect(problems.filter(({ object }) => object.startsWith('lab/'))).toEqual([
      {
        ...{ object: 'lab/streams/v1/index.sjson', rule: 'deleting' },
        message: 'the view is being deleted; if that was interrupted, finish it: maas-mirror view delete lab',
      },
    ]);
  });
});

describe.each<OperationRequest>([
  alone,
  { does: 'remove', ...scope, version: 'newest' },
  { does: 'remove', ...scope, version: '20261124.083000' },
  { does: 'withdraw', ...scope, version: 'newest', allViews: false },
])('$does, if the store fails after the commit,', (operation) => {
  /** Fails once, at one call from the commit on. */
  async function failing(at: number): Promise<{ readonly error?: MirrorError; readonly isOver: boolean }> {
    let calls = -1;
    mirror.around = async ({ method, key }, go) => {
      if (calls < 0 && (method !== 'replace' || key !== 'candidate/streams/v1/index.sjson')) return go();
      calls += 1;
      const done = await go();
      if (calls === at) await failed();
      return done;
    };
    const error = await mirror.operate(operation).then(
      () => undefined,
      (thrown: MirrorError) => thrown,
    );
    mirror.around = (_, next) => next();
    return { ...(error && { error }), isOver: calls < at };
  }

  it('tells that the view may have been changed, if that was not answered', async () => {
    expect((await failing(0)).error).toMatchObject({
      name: 'StoreFailed',
      message: 'the disk is gone; may have been changed: candidate',
      hint: 'run maas-mirror repair, then look for the change: maas-mirror history candidate; only if it is missing, run the same command again',
    });
  });

  it('tells that the view was changed, wherever it failed, and does not invite to change it again', async () => {
    const base = (mirror.store as MemoryStore).copy();
    let told = 0;
    for (let [at, done] = [1, false]; !done; at += 1) {
      mirror = new MadeMirror(base.copy(), signer);
      mirror.turnClockTo('2026-11-24T10:15:00Z');
      const { error, isOver } = await failing(at);
      done = isOver;
      // What follows is updated by the next change, so that its failure is no error.
      if (error === undefined) continue;
      told += 1;
      expect(error.message, `at call ${at}`).toBe('the disk is gone; already changed: candidate');
      expect(error.hint).toMatch(/to see the change: maas-mirror history candidate; to finish it: maas-mirror repair$/);
      expect(error.hint).not.toMatch(/(?<!do not )run the same command again/);
    }
    expect(told).toBeGreaterThan(5);
  });
});

describe('a promotion', () => {
  it('is taken back if the version is withdrawn in all views while a new view gets it', async () => {
    await mirror.operate(promoteTo('lab'));
    await mirror.publish('candidate', '20261125.083000', images('worse'));
    when('lab', 'after', async () => {
      // A rollback that has looked for views before this one came: the mark is everywhere else.
      const { state } = await mirror.read('lab');
      expect(state.withdrawals).toEqual([]);
      await withoutLab(() => mirror.operate(rollback));
    });

    const { views } = await mirror.operate(promoteTo('lab'));

    expect(await mirror.newest('lab')).toEqual(all('bad'));
    expect(views[0]?.lines.filter(({ does }) => does === 'take back')).toHaveLength(2);
  });
});

/** Works on a mirror that does not list the view lab. */
async function withoutLab(work: () => Promise<unknown>): Promise<void> {
  const { store } = mirror;
  const folders = store.folders.bind(store);
  store.folders = async (prefix) => (await folders(prefix)).filter((name) => name !== 'lab');
  await work();
  store.folders = folders;
}

describe('a view that changes between the plan and its turn', () => {
  const asked: OperationRequest = { does: 'rollback', ...scope, republish: false, allViews: false };
  const worse = () => mirror.publish('candidate', '20261125.083000', images('worse'));

  it('is planned again from what it is then: a rollback withdraws what was the newest, not what came since', async () => {
    when('candidate', 'before', worse);
    const { views } = await mirror.operate(asked);
    expect(await mirror.newest('candidate')).toEqual(all('worse'));
    expect(views[0]?.lines.map(({ does, version }) => [does, version])).toEqual([
      ['mark', '20261124.083000'],
      ['mark', '20261124.083000'],
    ]);
  });

  it('goes back once if two operators roll it back at the same time', async () => {
    await worse();
    when('candidate', 'before', () => mirror.operate(asked));
    await mirror.operate(asked);
    expect(await mirror.newest('candidate')).toEqual(all('bad'));
    await mirror.operate(asked);
    expect(await mirror.newest('candidate')).toEqual(all('good'));
  });

  it.each([
    ['a withdrawal', { does: 'withdraw', ...scope, version: 'newest', allViews: false }],
    ['a removal', { does: 'remove', ...scope, version: 'newest' }],
    ['an attestation', { does: 'attest', ...scope, version: 'newest', check: 'lab', passed: true }],
    ['a hold', { does: 'hold', ...scope }],
  ] satisfies [string, OperationRequest][])('is planned again: %s is of what was the newest', async (_, request) => {
    const { views: shown } = await mirror.operate(request, { dryRun: true });
    when('candidate', 'before', worse);
    const { views } = await mirror.operate(request);
    const versionsIn = (all: typeof views) => new Set(all.flatMap(({ lines }) => lines.map(({ version }) => version)));
    expect(versionsIn(shown)).toEqual(new Set(['20261124.083000']));
    if (request.does !== 'hold') expect(versionsIn(views)).toEqual(versionsIn(shown));
    else expect(await mirror.newest('candidate')).toEqual(all('bad'));
  });

  describe('whose flavours have newest versions of different names', () => {
    const late = '20261124.120000';
    beforeEach(async () => {
      await mirror.publish('candidate', late, { images: { 'hwe-24.04': 'late' }, root: 'bad' });
    });
    const chosen = [
      ['hwe-24.04', late],
      ['ga-24.04', '20261124.083000'],
    ];
    const chosenIn = (lines: readonly { readonly product?: string; readonly version?: string }[] = []) =>
      lines.map(({ product = '', version }) => [product.split('/')[3], version]);

    it.each([
      ['a withdrawal', { does: 'withdraw', ...scope, version: 'newest', allViews: false }],
      ['a withdrawal in all views', { does: 'withdraw', ...scope, version: 'newest', allViews: true }],
      ['a removal', { does: 'remove', ...scope, version: 'newest' }],
      ['an attestation', { does: 'attest', ...scope, version: 'newest', check: 'lab', passed: true }],
    ] satisfies [string, OperationRequest][])('is planned again: %s is of what each had', async (_, request) => {
      const other = { flavours: ['hwe'], version: '20261124.083000' }; // which would be left with another root
      if (request.does === 'remove') await mirror.operate({ ...request, ...other });
      const { views: shown } = await mirror.operate(request, { dryRun: true });
      when('candidate', 'before', worse);
      const { views } = await mirror.operate(request);
      expect(chosenIn(shown[0]?.lines).slice(0, 2)).toEqual(chosen);
      expect(views[0]).toMatchObject({ moved: true });
      expect(chosenIn(views[0]?.lines).slice(0, 2)).toEqual(chosen);
    });

    it('refuses the operation in one sentence if one of these versions was removed meanwhile', async () => {
      const removed: OperationRequest = { does: 'remove', ...scope, flavours: ['hwe'], version: late };
      when('candidate', 'before', () => mirror.operate(removed));
      const attested: OperationRequest = { does: 'attest', ...scope, version: 'newest', check: 'lab', passed: true };
      await expect(mirror.operate(attested)).rejects.toMatchObject({
        name: 'PlanChanged',
        message: `candidate no longer has noble amd64 hwe-24.04 ${late}, which was the newest when this began`,
        hint: 'run the command again, with the version that you mean',
      });
      expect(JSON.stringify((await mirror.read('candidate')).ledger)).not.toContain('"lab"');
    });
  });

  it('is planned again: a restoration of the newest withdrawal lifts no other one', async () => {
    const withdraw: OperationRequest = { does: 'withdraw', ...scope, version: '20261124.083000', allViews: false };
    const restore: OperationRequest = { does: 'restore', ...scope, version: 'newest', allViews: false };
    await mirror.operate(withdraw);
    when('candidate', 'before', async () => {
      await worse();
      await mirror.operate({ ...withdraw, version: '20261125.083000' });
    });
    await mirror.operate(restore);
    const { state } = await mirror.read('candidate');
    expect(state.withdrawals.map(({ version }) => version)).toEqual(['20261125.083000']);
  });

  it('is planned again: a restoration finds nothing to be done if somebody else has lifted the withdrawal', async () => {
    const older: OperationRequest = { does: 'withdraw', ...scope, version: '20261123.083000', allViews: false };
    const restore: OperationRequest = { does: 'restore', ...scope, version: 'newest', allViews: false };
    await mirror.operate(older);
    await mirror.operate({ ...older, version: '20261124.083000' });
    when('candidate', 'before', () => mirror.operate(restore));
    const { views } = await mirror.operate(restore);
    expect(views).toEqual([{ view: 'candidate', lines: [], moved: false }]);
    const { state } = await mirror.read('candidate');
    expect(state.withdrawals.map(({ version }) => version)).toEqual(['20261123.083000']);
  });

  it('is planned with any name of its release, and carried out with another', async () => {
    const { plan } = await mirror.operate({ ...asked, release: '24.04' }, { dryRun: true });
    await mirror.operate(asked, { plan });
    expect(await mirror.newest('candidate')).toEqual(all('good'));
  });

  it('refuses the plan that was shown', async () => {
    const { plan } = await mirror.operate(asked, { dryRun: true });
    when('candidate', 'before', worse);
    await expect(mirror.operate(asked, { plan })).rejects.toMatchObject({ name: 'PlanChanged' });
    expect(await mirror.newest('candidate')).toEqual(all('worse'));
  });

  it('refuses an operation on a view that was deleted meanwhile', async () => {
    when('candidate', 'before', () => deleteView('candidate', { what: 'view' }, mirror.bench));
    const hint = 'to see by whom: maas-mirror history candidate';
    await expect(mirror.operate(asked)).rejects.toMatchObject({ name: 'NoSuchView', misuse: true, hint });
  });

  it('refuses a snapshot of a view that is deleted while it is read', async () => {
    mirror.around = async ({ method, key }, go) => {
      if (method !== 'read' || key !== 'candidate/streams/v1/index.sjson') return go();
      mirror.around = (_, next) => next();
      await deleteView('candidate', { what: 'view' }, mirror.bench);
      return go();
    };
    await expect(mirror.operate({ does: 'snapshot', view: 'candidate', name: 'may' })).rejects.toMatchObject({
      ...{ name: 'NoSuchView', message: 'the mirror has no view candidate', hint: 'publish to it first', misuse: true },
    });
  });
});
