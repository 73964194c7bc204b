import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import type { Plan } from '../../../lib/job/plan';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { plan } from '../../../lib/stages/plan';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../../publication/made/small-press';
import { holdRelease, takeBackNewest } from './made-decisions';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

interface Site extends AsyncDisposable {
  readonly press: SmallPress;
  /** Changes the archive. */
  turnTo(state: string): void;
  plan(changes?: Partial<BuildRequest>): Promise<Plan>;
  /** Publishes what a build of the archive as it is now would. */
  build(): Promise<void>;
}

/** A mirror, and an archive of Debian whose state is a text. */
async function site(): Promise<Site> {
  const [press, folder] = [smallPress(signer), temporaryFolder()];
  const archive = await serveArchive(folder);
  let [plans, state] = [0, ''];
  const planNow = (changes: Partial<BuildRequest> = {}) => {
    const kernels = { required: ['generic', 'cloud'], optional: [] };
    const sources = { archive: archive.url };
    const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'], kernels, sources, ...changes });
    const bench = { ...press, scratch: temporaryFolder(), tools: '', random: randomBytes };
    plans += 1;
    return plan({ request, execution: `plan-${plans}` }, bench);
  };
  return {
    press,
    turnTo: (text) => {
      const file = join(folder, 'dists/bookworm/InRelease');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      state = text;
    },
    plan: planNow,
    build: async () => {
      const [{ job } = { job: undefined }] = (await planNow()).architectures;
      await press.publish({
        source: 'bootstrap',
        planned: state,
        recipe: job?.recipe ?? '',
        serial: serials[state] ?? '',
      });
    },
    [Symbol.asyncDispose]: () => archive.close(),
  };
}

const serials: Readonly<Record<string, string>> = { good: '20261119', bad: '20261120' };

describe('a plan, after the newest version was taken back,', () => {
  const reason = 'withdrawn: same inputs as 20261120.083000 (NIC driver lost)';

  async function takenBack(): Promise<Site> {
    const one = await site();
    one.turnTo('good');
    await one.build();
    one.turnTo('bad');
    await one.build();
    await takeBackNewest(one.press);
    return one;
  }

  it('builds nothing from the same inputs, and says so; a rebuild does not, either', async () => {
    await using one = await takenBack();
    expect(await one.plan()).toMatchObject({ updates: false, reason });
    expect(await one.plan({ rebuild: true })).toMatchObject({ updates: false, reason });
    expect(await one.plan({ view: 'other' })).toMatchObject({ updates: false, reason });
  });

  it('builds from new inputs', async () => {
    await using one = await takenBack();
    one.turnTo('fixed');
    expect((await one.plan()).updates).toBe(true);
  });
});

describe('a plan for a held release', () => {
  it('compares with the versions that wait', async () => {
    await using one = await site();
    one.turnTo('good');
    await one.build();
    await holdRelease(one.press);
    one.turnTo('bad');
    expect((await one.plan()).updates).toBe(true);
    await one.build();
    expect(await one.plan()).toMatchObject({ updates: false, reason: /^up to date/ });
  });

  it('goes on to Publish once the time of the hold is over, which lifts it', async () => {
    await using one = await site();
    one.turnTo('good');
    await one.build();
    await holdRelease(one.press, { until: '2026-11-21T00:00:00Z' });
    expect((await one.plan()).updates).toBe(false);
    one.press.turnClockTo('2026-11-21T00:00:00Z');
    expect(await one.plan()).toMatchObject({
      updates: true,
      reason: 'the hold until 2026-11-21T00:00:00Z has ended',
    });
  });
});
