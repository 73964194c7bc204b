import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { mirror as layout } from '../../../lib/job/layout';
import { OperationRequest } from '../../../lib/job/operations/operation';
import type { OperationOutcome, PlanLine } from '../../../lib/job/operations/outcome';
import { operate } from '../../../lib/operations/operate';
import { newestVersion } from '../../../lib/simplestreams/merge';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Store } from '../../../lib/store/store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { allStores } from '../../publication/made/all-stores';
import { MemoryStore } from '../../publication/made/memory-store';
import { MadeMirror, productsOf } from '../operate/made-mirror';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const days = [23, 24, 25];
const [monday, tuesday, wednesday] = days.map((day) => `202611${day}.083000`) as [string, string, string];
const index = layout.index('candidate');
const [ga, hwe] = ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'];
const pxelinux = 'pxelinux/pxe/i386';
const repair = OperationRequest.parse({ does: 'repair' });
const about = { view: 'candidate', release: 'noble' };

/** Versions of three days, and the index after each day. */
async function threeDays(store: Store) {
  const mirror = new MadeMirror(store, signer);
  const indexes: Buffer[] = [];
  for (const [at, words] of ['mon', 'tue', 'wed'].entries()) {
    mirror.turnClockTo(`2026-11-${days[at]}T08:30:00Z`);
    const images = { 'ga-24.04': words, 'hwe-24.04': words };
    await mirror.publish('candidate', `202611${days[at]}.083000`, { images, loader: words });
    indexes.push((await store.read(index))?.bytes ?? Buffer.alloc(0));
  }
  mirror.turnClockTo('2026-11-26T08:30:00Z');
  return { mirror, indexes };
}

/** As a person does, by hand. */
async function restore(mirror: MadeMirror, bytes: Buffer = Buffer.alloc(0)): Promise<void> {
  const { root } = mirror.store as { readonly root?: string };
  if (root === undefined) await mirror.store.replace(index, bytes, {});
  else (await import('node:fs')).writeFileSync(`${root}/${index}`, bytes);
}

/** In the store itself: a directory knows what it wrote last. */
const repairing = (mirror: MadeMirror, more: { dryRun?: boolean; plan?: string } = {}, operation = repair) =>
  operate(
    { operation, by: 'anna@ops1', dryRun: false, tool: '0', needs: [], ...more },
    { ...mirror.bench, mirror: mirror.store },
  );

const linesOf = ({ views }: OperationOutcome): readonly PlanLine[] => views.flatMap(({ lines }) => lines);
const keys = async (store: Store) => {
  const all: string[] = [];
  for await (const key of store.list('')) all.push(key);
  return all.sort();
};

describe.each(allStores)('a restored index, %s,', (_, makeStore) => {
  it('is planned with the versions that move, and the plan is carried out as it was shown', async () => {
    const { mirror, indexes } = await threeDays(await makeStore());
    await restore(mirror, indexes[0]);
    const before = await keys(mirror.store);

    const shown = await repairing(mirror, { dryRun: true });
    const name = '20261125.083001';
    expect(linesOf(shown)).toEqual([
      { does: 'set', why: 'the restored index is taken as a rollback' },
      { does: 'offer', product: pxelinux, version: name, name, before: wednesday, newest: name },
      { does: 'take back', product: ga, version: wednesday, before: wednesday, newest: monday },
      { does: 'take back', product: hwe, version: wednesday, before: wednesday, newest: monday },
    ]);
    expect(await keys(mirror.store)).toEqual(before);

    mirror.turnClockTo('2026-11-26T10:30:00Z');
    const done = await repairing(mirror, { plan: shown.plan });
    expect(linesOf(done)).toEqual(linesOf(shown));
    expect(await mirror.newest('candidate')).toEqual({
      'ga-24.04': 'mon/mon',
      'hwe-24.04': 'mon/mon',
      pxelinux: 'mon',
    });
    const loader = productsOf(await mirror.read('candidate')).find(({ os }) => os === 'pxelinux');
    expect(newestVersion(loader ?? { versions: {} })).toBe(name);
  });

  it('is not taken if another one was shown', async () => {
    const { mirror, indexes } = await threeDays(await makeStore());
    await restore(mirror, indexes[0]);
    const { plan } = await repairing(mirror, { dryRun: true });
    await restore(mirror, indexes[1]);
    await expect(repairing(mirror, { plan })).rejects.toMatchObject({ name: 'PlanChanged' });
    expect((await mirror.store.read(index))?.bytes.equals(indexes[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it.each([
    ['what was withdrawn', 'Withdrawn', { does: 'rollback', ...about }],
    ['what is held', 'Held', { does: 'hold', ...about, at: monday }],
  ])('is refused if it brings back %s, also by a dry run, which changes nothing', async (__, name, words) => {
    const { mirror, indexes } = await threeDays(await makeStore());
    await mirror.operate(OperationRequest.parse(words));
    await restore(mirror, indexes[2]);
    const before = await keys(mirror.store);
    const refusal = { name, message: expect.stringContaining('the restored index of candidate cannot be kept: ') };
    await expect(repairing(mirror, { dryRun: true })).rejects.toMatchObject(refusal);
    await expect(repairing(mirror)).rejects.toMatchObject(refusal);
    expect(await keys(mirror.store)).toEqual(before);
    expect((await mirror.store.read(index))?.bytes.equals(indexes[2] ?? Buffer.alloc(0))).toBe(true);
  });

  it('keeps no operation in all views from the others, which are shown and changed; what to do there is told', async () => {
    const { mirror, indexes } = await threeDays(await makeStore());
    await mirror.operate(OperationRequest.parse({ does: 'promote', from: 'candidate', to: 'stable' }));
    await restore(mirror, indexes[1]);
    const named = { view: 'stable', release: 'noble', version: wednesday, allViews: true };
    const back = OperationRequest.parse({ does: 'withdraw', ...named });
    const commands = [`maas-mirror withdraw stable noble ${wednesday} --all-views`];
    const why = expect.stringMatching(/restored from a backup; .*maas-mirror repair candidate/);
    const leftOut = { about: 'not done', view: 'candidate', why, commands };

    const shown = await repairing(mirror, { dryRun: true }, back);
    expect(shown.views.map(({ view }) => view)).toEqual(['stable']);
    expect(shown.remarks).toContainEqual(leftOut);
    const done = await repairing(mirror, { plan: shown.plan }, back);
    expect(done.views).toMatchObject([{ view: 'stable', moved: true }]);
    expect(done.remarks).toContainEqual(leftOut);
    expect((await mirror.store.read(index))?.bytes.equals(indexes[1] ?? Buffer.alloc(0))).toBe(true);

    await repairing(mirror);
    expect(await mirror.newest('candidate')).toMatchObject({ 'ga-24.04': 'tue/tue' });
  });

  it('is refused while a mark of another view cannot be read, also by a dry run', async () => {
    const { mirror, indexes } = await threeDays(await makeStore());
    await mirror.operate(OperationRequest.parse({ does: 'promote', from: 'candidate', to: 'stable' }));
    await restore(mirror, indexes[0]);
    const { index: stable } = await mirror.read('stable');
    await mirror.store.remove(layout.document('stable', (stable as { readonly state?: string }).state ?? ''));
    const asked = OperationRequest.parse({ does: 'repair', view: 'candidate' });
    const refusal = {
      name: 'NoSuchObject',
      message: expect.stringContaining('what is withdrawn in stable cannot be read'),
    };
    await expect(repairing(mirror, { dryRun: true }, asked)).rejects.toMatchObject(refusal);
    await expect(repairing(mirror, {}, asked)).rejects.toMatchObject(refusal);
    const whole = { ...repair, forgetLost: true } as OperationRequest;
    const shown = await repairing(mirror, { dryRun: true }, whole);
    expect(shown.views.map(({ view }) => view)).toEqual(['stable', 'candidate']);
    await repairing(mirror, {}, whole);
    expect((await mirror.newest('candidate'))['ga-24.04']).toBe('mon/mon');
  });
});

it('is not taken if it is another one once the plan is carried out', async () => {
  const { mirror, indexes } = await threeDays(new MemoryStore());
  await restore(mirror, indexes[0]);
  const { plan } = await repairing(mirror, { dryRun: true });
  mirror.around = async ({ method, key }, go) => {
    if (method !== 'replace' || key !== index) return go();
    mirror.around = (_, next) => next();
    await restore(mirror, indexes[1]);
    return go();
  };
  await expect(mirror.operate(repair, { plan })).rejects.toMatchObject({ name: 'PlanChanged' });
  expect((await mirror.store.read(index))?.bytes.equals(indexes[1] ?? Buffer.alloc(0))).toBe(true);
  const { views } = await repairing(mirror);
  expect(views[0]?.lines).toContainEqual({
    ...{ does: 'take back', product: ga, version: wednesday, before: wednesday, newest: tuesday },
  });
});

it('a dry run says what a repair does, whatever was decided before and whichever index was restored', async () => {
  const base = new MemoryStore();
  const { indexes } = await threeDays(base);
  const decisions = [
    { does: 'rollback', ...about },
    { does: 'rollback', ...about, to: monday },
    { does: 'rollback', ...about, release: 'bootloaders' },
    { does: 'withdraw', ...about, version: tuesday },
    { does: 'hold', ...about, at: tuesday },
    { does: 'remove', ...about, version: wednesday },
    { does: 'promote', from: 'candidate', to: 'stable' },
    { does: 'withdraw', ...about, view: 'stable', version: tuesday },
  ].map((words) => OperationRequest.parse(words));
  const chosen = fc.record({
    decided: fc.uniqueArray(fc.nat(decisions.length - 1), { maxLength: 3 }),
    restored: fc.nat(2),
  });
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(chosen, async ({ decided, restored }) => {
      const mirror = new MadeMirror(base.copy(), signer);
      for (const [hour, which] of decided.entries()) {
        mirror.turnClockTo(`2026-11-26T0${hour + 1}:00:00Z`);
        const operation = decisions[which];
        if (operation !== undefined) await mirror.operate(operation).catch(onlyOurs);
      }
      mirror.turnClockTo('2026-11-27T08:30:00Z');
      await restore(mirror, indexes[restored]);
      const shown = await outcomeOf(mirror, true);
      const done = await outcomeOf(mirror, false);
      expect(done).toEqual(shown);
      seen.add(typeof shown === 'string' ? shown : 'kept');
    }),
    {
      numRuns: 40,
      examples: [[{ decided: [0], restored: 2 }], [{ decided: [4], restored: 2 }], [{ decided: [], restored: 0 }]],
    },
  );
  expect([...seen]).toEqual(expect.arrayContaining(['Withdrawn', 'Held', 'kept']));
});

/** The lines, or the name of the error. */
async function outcomeOf(mirror: MadeMirror, dryRun: boolean): Promise<string | readonly PlanLine[]> {
  try {
    return linesOf(await repairing(mirror, { dryRun }));
  } catch (error) {
    onlyOurs(error);
    return (error as MirrorError).name;
  }
}

function onlyOurs(error: unknown): void {
  if (!(error instanceof MirrorError)) throw error;
}
