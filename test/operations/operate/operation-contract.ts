import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Store } from '../../../lib/store/store';
import { ga } from '../../maas-model/made/made-images';
import { fetchFrom } from '../../maas-model/reading/store-fetch';
import { StreamReader } from '../../maas-model/reading/stream-reader';
import { type models, startsOf } from '../../maas-model/sites';
import { expectFollowed } from './followed';
import { MadeMirror } from './made-mirror';

const scope = { view: 'candidate', release: 'noble', architectures: [], flavours: [] };
const [monday, tuesday] = ['20261123.083000', '20261124.083000'];
const images = (words: string) => ({ images: { 'ga-24.04': words, 'hwe-24.04': words } });
const good = { 'ga-24.04': 'good/good', 'hwe-24.04': 'good/good' };
const bad = { 'ga-24.04': 'bad/bad', 'hwe-24.04': 'bad/bad' };

const rollback = { does: 'rollback', ...scope, republish: false, allViews: false } as const;
const restore = { does: 'restore', ...scope, version: tuesday, allViews: false } as const;

/** What an operation does with a view that got a good and then a bad version, and what undoes it. */
interface Case {
  readonly asked: OperationRequest;
  /** What is the newest then; bootloaders are added. */
  readonly newest: Readonly<Record<string, string>>;
  readonly what: string;
  readonly undo?: OperationRequest;
  /** What is the newest after that. @default as before the operation */
  readonly undone?: Readonly<Record<string, string>>;
}

/** The operations that need no other view; those of two views have sections of their own. */
const cases: Readonly<Record<string, Case>> = {
  withdraw: {
    asked: { does: 'withdraw', ...scope, version: tuesday, allViews: false },
    newest: bad,
    what: 'withdraw',
    undo: restore,
  },
  rollback: { asked: rollback, newest: good, what: 'rollback', undo: restore },
  'rollback to a version': { asked: { ...rollback, to: monday }, newest: good, what: 'rollback', undo: restore },
  'rollback with a newer name': {
    asked: { ...rollback, republish: true },
    newest: good,
    what: 'rollback',
    undo: restore,
  },
  'rollback of a flavour': {
    asked: { ...rollback, flavours: ['hwe'] },
    newest: { ...bad, 'hwe-24.04': 'good/bad' },
    what: 'rollback',
    undo: { ...restore, flavours: ['hwe'] },
  },
  'rollback of bootloaders': {
    asked: { ...rollback, release: 'bootloaders' },
    newest: { ...bad, pxelinux: 'good' },
    what: 'rollback',
    undo: { ...restore, release: 'bootloaders' },
  },
  'hold of bootloaders': {
    asked: { does: 'hold', ...scope, release: 'bootloaders', at: monday },
    newest: { ...bad, pxelinux: 'good' },
    what: 'hold',
    undo: { does: 'unhold', ...scope, release: 'bootloaders' },
  },
  'remove of bootloaders': {
    asked: { does: 'remove', ...scope, release: 'bootloaders', version: tuesday },
    newest: { ...bad, pxelinux: 'good' },
    what: 'remove',
  },
  hold: {
    asked: { does: 'hold', ...scope, at: monday },
    newest: good,
    what: 'hold',
    undo: { does: 'unhold', ...scope },
  },
};

/**
 * What every operation does, whatever the mirror is stored in. `make` gives an empty store.
 * @param sites models of MAAS that follow the operations
 */
export function operationContract(
  name: string,
  make: () => Promise<Store>,
  signer: () => Signer,
  sites: typeof models = [],
): void {
  describe(`${name}: operations`, () => {
    let mirror: MadeMirror;
    beforeEach(async () => {
      mirror = new MadeMirror(await make(), signer());
      mirror.turnClockTo('2026-11-23T08:30:00Z');
      await mirror.publish('candidate', monday, { ...images('good'), loader: 'good' });
      mirror.turnClockTo('2026-11-24T08:30:00Z');
    });
    const publishBad = () => mirror.publish('candidate', tuesday, { ...images('bad'), loader: 'bad' });

    describe.each(Object.entries(cases))('%s', (title, { asked, newest, what, undo, undone }) => {
      beforeEach(async () => {
        await publishBad();
        mirror.turnClockTo('2026-11-24T10:15:00Z');
      });
      const before = { ...bad, pxelinux: 'bad' };

      it('writes nothing in a dry run, whose plan then is carried out exactly', async () => {
        const writes = mirror.writes.length;
        const shown = await mirror.operate(asked, { dryRun: true });
        expect(mirror.writes).toHaveLength(writes);
        expect(shown.views.map(({ moved }) => moved)).toEqual([false]);

        mirror.turnClockTo('2026-11-24T11:00:00Z');
        const done = await mirror.operate(asked, { plan: shown.plan });

        expect(done).toMatchObject({ plan: shown.plan, at: '2026-11-24T10:15:00Z', remarks: shown.remarks });
        expect(done.views).toEqual(shown.views.map((one) => ({ ...one, moved: true })));
        expect(await mirror.newest('candidate')).toEqual({ ...before, ...newest });
      });

      it('refuses a plan that is not what would be done now', async () => {
        const { plan } = await mirror.operate(asked, { dryRun: true });
        await mirror.publish('candidate', '20261125.083000', { ...images('later'), loader: 'later' });
        await mirror.operate({ does: 'withdraw', ...scope, version: tuesday, allViews: false });
        await mirror.operate({ does: 'withdraw', ...scope, release: 'bootloaders', version: tuesday, allViews: false });
        const writes = mirror.writes.length;

        await expect(mirror.operate(asked, { plan })).rejects.toMatchObject({
          ...{ name: 'PlanChanged', message: 'this plan was made with other options, or the mirror has changed since' },
          hint: 'for a new plan, give --dry-run instead of --plan',
        });
        expect(mirror.writes).toHaveLength(writes);
      });

      it('leaves one entry in the history, with who asked and why', async () => {
        const entries = await mirror.history('candidate');

        await mirror.operate(asked);

        const [entry, ...others] = (await mirror.history('candidate')).slice(entries.length);
        expect(others).toEqual([]);
        expect(entry).toMatchObject({ what, by: 'anna@ops1', reason: 'NIC driver lost', number: entries.length + 1 });
      });

      it('is undone', async () => {
        await mirror.operate(asked);
        if (undo === undefined) return;
        mirror.turnClockTo('2026-11-24T12:00:00Z');

        await mirror.operate(undo);

        expect(await mirror.newest('candidate')).toEqual({ ...before, ...undone });
        const { state, shelf } = await mirror.read('candidate');
        expect([state.withdrawals, state.holds, shelf.products]).toEqual([[], [], {}]);
      });

      describe.each(sites)('%s', (model, makeSite) => {
        const reader = () =>
          new StreamReader({ fetch: fetchFrom(mirror.store, 'http://mirror'), keyring: signer().keyring });

        it('has no outage, and ends with what is the newest, wherever it starts', async () => {
          mirror = new MadeMirror(await make(), signer());
          await mirror.publish('candidate', monday, { ...images('good'), loader: 'good' });
          mirror.turnClockTo('2026-11-24T08:30:00Z');
          const options = { reader: reader(), url: 'http://mirror/candidate', selections: [ga], bytesPerMinute: 60 };
          const starts = await startsOf(makeSite, { ...options, publish: publishBad });
          mirror.turnClockTo('2026-11-24T10:15:00Z');

          await mirror.operate(asked);

          await expectFollowed({ ...starts }, { ...before, ...newest }, `${title} ${model}`);
        });
      });
    });

    describe('bad input', () => {
      it.each<[string, OperationRequest, object]>([
        [
          'an unknown view',
          { ...rollback, view: 'stabel' },
          {
            name: 'NoSuchView',
            message: expect.stringMatching(/ has no view "stabel"; it has candidate$/),
            misuse: true,
          },
        ],
        [
          'to point a view elsewhere that was never created',
          { does: 'view-set', name: 'mixed', select: [{ from: 'candidate' }] },
          { name: 'NoSuchView', hint: 'create it: maas-mirror view create mixed …', misuse: true },
        ],
        [
          'a hold of a missing version',
          { does: 'hold', ...scope, at: '20270101' },
          { name: 'NoSuchVersion', hint: `it has: ${monday}`, misuse: true },
        ],
        [
          'a rollback with nothing before',
          rollback,
          { name: 'NoSuchVersion', message: `noble amd64 has no version before ${monday}` },
        ],
        ['an unhold of what is not held', { does: 'unhold', ...scope }, { name: 'NoSuchVersion', misuse: true }],
        ['a restoration of what is not withdrawn', restore, { name: 'NoSuchVersion', misuse: true }],
      ])('refuses %s in one sentence, and changes nothing', async (_, asked, fault) => {
        const writes = mirror.writes.length;
        await expect(mirror.operate(asked)).rejects.toMatchObject({ hint: expect.any(String), ...fault });
        await expect(mirror.operate(asked, { dryRun: true })).rejects.toMatchObject(fault);
        expect(mirror.writes).toHaveLength(writes);
      });
    });
  });
}
