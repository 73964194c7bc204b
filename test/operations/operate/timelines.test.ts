import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { OperationRequest } from '../../../lib/job/operations/operation';
import { followViews } from '../../../lib/publication/derived/follow-views';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { formatBytes, formatKey } from '../../../lib/store/format';
import { smallSigner, writeMetadata } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { ga } from '../../maas-model/made/made-images';
import { fetchFrom } from '../../maas-model/reading/store-fetch';
import { StreamReader } from '../../maas-model/reading/stream-reader';
import type { Site } from '../../maas-model/site';
import { models, siteOf, startsOf } from '../../maas-model/sites';
import { MemoryStore } from '../../publication/made/memory-store';
import { expectFollowed, type SettledWords } from './followed';
import { MadeMirror } from './made-mirror';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

type Step = (mirror: MadeMirror) => Promise<unknown>;

/** An operation, and what sites of a view had before it. */
interface Case {
  /** The view that sites follow. @default candidate */
  readonly view?: string;
  /** Done while candidate offers only the good version. @default nothing */
  readonly prepare?: Step;
  /** What sites have, have half of, or have not heard of. @default the bad version is published to candidate */
  readonly publish?: Step;
  /** Done half an hour before the operation, so that some sites have followed it. @default nothing */
  readonly earlier?: Step;
  readonly operate: Step;
  /** A view that the operation creates, and that another site begins to follow then. @default none */
  readonly created?: string;
  /** What all have in the end. @default it depends on what they had */
  readonly settled?: SettledWords;
}

const [monday, tuesday, wednesday] = ['20261123.083000', '20261124.083000', '20261125.083000'];
const version = (word: string) => ({ images: { 'ga-24.04': word, 'hwe-24.04': word }, loader: word });
const settledOn = (word: string) => ({ 'ga-24.04': `${word}/${word}`, 'hwe-24.04': `${word}/${word}`, pxelinux: word });
const ask =
  (words: object): Step =>
  (mirror) =>
    mirror.operate(OperationRequest.parse(words));
const asked = { view: 'candidate', release: 'noble' };
const loaders = { view: 'candidate', release: 'bootloaders' };
const createLab = (from: string) => ask({ does: 'view-create', name: 'lab', select: [{ from }] });
const pointLab = (from: string) => ask({ does: 'view-set', name: 'lab', select: [{ from }] });

/** Publishes a version, as a build does, and lets views follow. */
const publishing =
  (view: string, name: string, word: string): Step =>
  async (mirror) => {
    await mirror.publish(view, name, version(word));
    await followViews(view, mirror.bench);
  };
const inTurn =
  (...steps: readonly Step[]): Step =>
  async (mirror) => {
    for (const step of steps) await step(mirror);
  };

/** As an operator restores a file from a backup, by hand. */
const index = layout.index('candidate');
const backUp: Step = async ({ store }) => store.create('backup', (await store.read(index))?.bytes ?? Buffer.alloc(0));
const restoreBackup: Step = async ({ store }) => {
  await store.replace(index, (await store.read('backup'))?.bytes ?? Buffer.alloc(0), {});
};

/** As an older release has written candidate: without a state, in a mirror of its format. */
const asOlderRelease: Step = async (mirror) => {
  const { store, bench } = mirror;
  const documents = [...(await mirror.read('candidate')).documents.values()].map(({ document }) => document);
  await writeMetadata(store, 'candidate', documents, mirror.signer, bench.now());
  await store.replace(formatKey, Buffer.from('{"format":1,"tool":"cdk-maas-mirror"}\n'), {});
};

/** These have a timeline in operation-contract.ts, and in ../contract. */
type Elsewhere = 'promote' | 'remove' | 'withdraw' | 'rollback' | 'hold';

/** Every other operation, and a build. */
const operations: Readonly<Record<Exclude<OperationRequest['does'], Elsewhere> | 'publish', Case>> = {
  publish: { operate: publishing('candidate', wednesday, 'fix'), settled: settledOn('fix') },
  attest: {
    operate: ask({ does: 'attest', ...asked, version: tuesday, check: 'hw-lab', passed: false }),
    settled: settledOn('bad'),
  },
  restore: {
    earlier: ask({ does: 'rollback', ...asked }),
    operate: ask({ does: 'restore', ...asked, version: tuesday }),
    settled: settledOn('bad'),
  },
  unhold: {
    earlier: ask({ does: 'hold', ...asked, at: monday }),
    operate: ask({ does: 'unhold', ...asked }),
    settled: settledOn('bad'),
  },
  snapshot: {
    operate: ask({ does: 'snapshot', view: 'candidate', name: 'before' }),
    created: 'snapshots/before',
    settled: settledOn('bad'),
  },
  'view-create': { operate: createLab('candidate'), created: 'lab', settled: settledOn('bad') },
  'view-set': {
    view: 'lab',
    prepare: inTurn(
      publishing('stable', monday, 'good'),
      createLab('stable'),
      publishing('candidate', wednesday, 'fix'),
    ),
    publish: publishing('stable', tuesday, 'bad'),
    operate: pointLab('candidate'),
    settled: settledOn('fix'),
  },
  'view-delete': {
    view: 'lab',
    prepare: createLab('candidate'),
    operate: ask({ does: 'view-delete', name: 'lab' }),
  },
  repair: {
    prepare: backUp,
    operate: inTurn(restoreBackup, ask({ does: 'repair' })),
    settled: settledOn('good'),
  },
};

/** Otherwise the timeline would show nothing. */
async function upgraded(mirror: MadeMirror): Promise<void> {
  expect((await mirror.store.read(formatKey))?.bytes).toEqual(formatBytes);
  expect((await mirror.read('candidate')).stored).toMatchObject({ upgraded: true });
}

/** The same operations where sites do something else. */
const variants: Readonly<Record<string, Case>> = {
  'view-set back': {
    view: 'lab',
    prepare: inTurn(publishing('stable', monday, 'good'), createLab('stable'), publishing('candidate', tuesday, 'bad')),
    publish: pointLab('candidate'),
    operate: pointLab('stable'),
    settled: settledOn('good'),
  },
  'repair with an upgrade': {
    prepare: asOlderRelease,
    publish: inTurn(publishing('candidate', tuesday, 'bad'), asOlderRelease),
    operate: inTurn(ask({ does: 'repair', upgrade: true }), upgraded),
    settled: settledOn('bad'),
  },
  'restore of bootloaders': {
    earlier: ask({ does: 'rollback', ...loaders }),
    operate: ask({ does: 'restore', ...loaders, version: tuesday }),
    settled: settledOn('bad'),
  },
  'unhold of bootloaders': {
    earlier: ask({ does: 'hold', ...loaders, at: monday }),
    operate: ask({ does: 'unhold', ...loaders }),
    settled: settledOn('bad'),
  },
};

describe.each(models)('%s', (model, make) => {
  it.each(
    Object.entries({ ...operations, ...variants }),
  )('follows %s, and always has something to deploy', async (title, one) => {
    const { view = 'candidate', publish = publishing('candidate', tuesday, 'bad') } = one;
    const mirror = new MadeMirror(new MemoryStore(), signer);
    mirror.turnClockTo('2026-11-23T08:30:00Z');
    await mirror.publish('candidate', monday, version('good'));
    await one.prepare?.(mirror);
    mirror.turnClockTo('2026-11-24T08:30:00Z');
    const reader = new StreamReader({ fetch: fetchFrom(mirror.store, 'http://mirror'), keyring: signer.keyring });
    const options = { reader, selections: [ga], bytesPerMinute: 60 };
    const starts = await startsOf(make, { ...options, url: `http://mirror/${view}`, publish: () => publish(mirror) });
    mirror.turnClockTo('2026-11-24T09:45:00Z');
    await one.earlier?.(mirror);
    if (one.earlier !== undefined) for (const site of Object.values(starts)) await site.advance(30);
    mirror.turnClockTo('2026-11-24T10:15:00Z');

    await one.operate(mirror);

    const created: Record<string, Site> = {};
    if (one.created !== undefined)
      created[one.created] = siteOf(make, { ...options, url: `http://mirror/${one.created}` });
    await expectFollowed({ ...starts, ...created }, one.settled, `${title} ${model}`);
  });
});
