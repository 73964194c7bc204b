import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../lib/errors';
import { jobOfStrings } from '../../lib/job/job-of';
import {
  claimFirst,
  claimVersion,
  isStillToRebuild,
  newestAmong,
  secondsFrom,
  versionNames,
} from '../../lib/publication/claim';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { sortsAbove } from '../../lib/simplestreams/version-order';
import { makeBuiltRun } from '../fixtures/mirrors/built-run';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { documentOf, imageContentId } from '../simplestreams/made-documents';
import { MemoryStore } from './made/memory-store';
import { smallPress } from './made/small-press';
import { wrappedStore } from './made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const morning = new Date('2026-11-20T08:30:00Z');
const first = (...[serial, newest, at, rebuild]: Parameters<typeof versionNames>) => {
  const [name] = versionNames(serial, newest, at, rebuild);
  return name;
};

describe('versionNames', () => {
  it.each([
    ['the serial, where nothing is published', '20261120', undefined, false, '20261120'],
    ['the serial of a re-spin, where nothing is published', '20261120.1', undefined, false, '20261120.1'],
    ['a later serial', '20261121', '20261120.221500', false, '20261121'],
    ['the time, where the serial is published', '20261120', '20261120', false, '20261120.083000'],
    ['the time, for a rebuild', '20261120', undefined, true, '20261120.083000'],
    ['the serial of a re-spin above the same day’s build', '20261120.1', '20261120.083000', false, '20261120.1'],
    [
      're-spin and time, where the time sorts below the re-spin',
      '20261120.1',
      '20261120.1',
      false,
      '20261120.1.083000',
    ],
    ['the next second, where a build has this one', '20261120', '20261120.083000', false, '20261120.083001'],
    ['newest and time, where the newest is of the future', '20261120', '20270101', false, '20270101.083000'],
    ['the time, where only an older image’s serial is left', '20261101', '20261120', false, '20261120.083000'],
  ])('begins with %s', (_, serial, newest, rebuild, expected) => {
    expect(first(serial, newest, morning, rebuild)).toBe(expected);
  });

  it('counts on by seconds, over midnight, too', () => {
    const names = [...versionNames('20261120', '20261120', new Date('2026-11-20T23:59:58.900Z'), false)];
    expect(names.slice(0, 4)).toEqual(['20261120.235958', '20261120.235959', '20261121.000000', '20261121.000001']);
  });

  const day = fc
    .date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
  const serial = fc.oneof(
    day,
    fc.tuple(day, fc.integer({ min: 1, max: 12 })).map(([date, n]) => `${date}.${n}`),
  );
  const at = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });
  /** A history of publications of one product, each with the name that it was given. */
  const history = fc.array(fc.record({ serial, at, rebuild: fc.boolean(), taken: fc.nat({ max: 3 }) }), {
    maxLength: 8,
  });

  it('gives names that sort above the newest, are safe in paths, and are never made up as re-spins', () => {
    fc.assert(
      fc.property(history, (publications) => {
        let newest: string | undefined;
        for (const { serial, at, rebuild, taken } of publications) {
          const names = [...versionNames(serial, newest, at, rebuild)];
          for (const name of names) {
            if (newest !== undefined && !sortsAbove(name, newest)) throw new Error(`${name} is not above ${newest}`);
            if (name !== serial) expect(name).toMatch(/\.\d{6}$/);
            expect(name).toMatch(/^\d{8}(\.\d+)*$/);
          }
          expect(new Set(names).size).toBe(names.length);
          expect(names.length).toBeGreaterThanOrEqual(60 - 1);
          newest = names[taken];
        }
      }),
      { numRuns: 300 },
    );
  });

  it('follows the clock where it runs on, so that names stay short', () => {
    fc.assert(
      fc.property(fc.uniqueArray(at, { selector: (time) => Math.floor(time.getTime() / 60_000) }), (times) => {
        let newest: string | undefined;
        for (const time of times.sort((a, b) => a.getTime() - b.getTime())) {
          newest = first('20250101', newest, time, true);
          expect(newest).toMatch(/^\d{8}\.\d{6}$/);
        }
      }),
    );
  });
});

describe('claimVersion', () => {
  const claim = async (press: ReturnType<typeof smallPress>, execution: string) => {
    const { job } = await makeBuiltRun(press.work, { execution });
    return claimVersion(jobOfStrings(job), '20261120', [], undefined, press);
  };

  it('gives a folder to one execution only, however many come at once', async () => {
    const press = smallPress(signer);

    const names = await Promise.all(Array.from({ length: 10 }, (_, n) => claim(press, `run-${n}`)));

    expect(new Set(names).size).toBe(10);
    expect(names.filter((name) => name === '20261120')).toHaveLength(1);
    expect((await press.keys()).filter((key) => key.endsWith('/claim.json'))).toHaveLength(10);
  });

  it('gives an execution that asks again the folder that it has', async () => {
    const press = smallPress(signer);
    expect(await claim(press, 'run')).toBe('20261120');
    expect(await claim(press, 'run')).toBe('20261120');
  });

  it('refuses where others have every name of the minute', async () => {
    const press = smallPress(signer);
    for (const name of versionNames('20261120', undefined, press.now(), false)) {
      await press.mirror.create(`pool/bookworm/amd64/${name}/claim.json`, Buffer.from('{"execution":"other"}\n'));
    }
    await expect(claim(press, 'run')).rejects.toMatchObject({
      name: 'VersionConflict',
      message: 'all version names for this minute are in use for bookworm amd64',
      hint: 'run the build again',
    });
  });

  it('passes over names whose folders hold something else', async () => {
    const press = smallPress(signer);
    const { job } = await makeBuiltRun(press.work, { execution: 'run' });
    const spoiled = new Set(['20261120', '20261120.083000']);

    const name = await claimVersion(jobOfStrings(job), '20261120', [], undefined, { ...press, spoiled });

    expect(name).toBe('20261120.083001');
    expect(await press.keys()).toContain('pool/bookworm/amd64/20261120.083001/claim.json');
  });

  it('takes the time for what is built again, and for what is not Ubuntu’s own', async () => {
    for (const change of [{ rebuild: true }, { customised: true }]) {
      const press = smallPress(signer);
      const { job } = await makeBuiltRun(press.work, { execution: 'run' });
      const changed = { ...jobOfStrings(job), ...change };
      expect(await claimVersion(changed, '20261120', [], undefined, press)).toBe('20261120.083000');
    }
  });

  it('gives a name above all that the offered products have', async () => {
    const press = smallPress(signer);
    const { job } = await makeBuiltRun(press.work, { execution: 'run' });
    const document = documentOf(imageContentId, { a: madeProduct('20261120.235900') });

    expect(await claimVersion(jobOfStrings(job), '20261120', [{ productId: 'a' }], document, press)).toBe(
      '20261120.235900.083000',
    );
    expect(await claimVersion(jobOfStrings(job), '20261120', [{ productId: 'b' }], document, press)).toBe('20261120');
  });
});

const madeProduct = (...names: readonly string[]) => ({
  versions: Object.fromEntries(names.map((name) => [name, { items: {} }])),
});

describe('the newest version of what is offered', () => {
  const document = documentOf(imageContentId, {
    a: madeProduct('20261120', '20261120.083000'),
    b: madeProduct('20261121.1', '20261121'),
    c: madeProduct('20261122'),
    none: madeProduct(),
  });

  it.each([
    [['a'], '20261120.083000'],
    [['a', 'b'], '20261121.1'],
    [['b', 'a'], '20261121.1'],
    [['none', 'a', 'unknown'], '20261120.083000'],
    [['none', 'unknown'], undefined],
    [[], undefined],
  ])('is among %j %s', (ids, newest) => {
    expect(
      newestAmong(
        ids.map((productId) => ({ productId })),
        document,
      ),
    ).toBe(newest);
  });

  it('is none where nothing is published', () => {
    expect(newestAmong([{ productId: 'a' }], undefined)).toBeUndefined();
  });
});

describe('claimFirst', () => {
  const what = { execution: 'run', what: 'bootloaders' };

  it('takes the first name that nobody else has, and writes whose it is', async () => {
    const mirror = new MemoryStore(new Map([['a/claim.json', Buffer.from('{"execution":"other"}\n')]]));

    expect(await claimFirst(['a', 'b', 'c'], (name) => `${name}/claim.json`, { ...what, mirror })).toBe('b');
    expect([...mirror.objects.keys()]).toEqual(['a/claim.json', 'b/claim.json']);
    expect(String(mirror.objects.get('b/claim.json'))).toBe('{"execution":"run"}\n');
  });

  it.each([
    ['an error of ours', new MirrorError('StoreFailed', 'the disk is gone')],
    ['another', Object.assign(new Error('the disk is gone'), { name: 'ObjectExists' })],
  ])('refuses to try the next name after %s', async (_, error) => {
    const inner = new MemoryStore();
    const mirror = wrappedStore(inner, async ({ key }, go) => {
      if (key === 'a/claim.json') throw error;
      return go();
    });

    await expect(claimFirst(['a', 'b'], (name) => `${name}/claim.json`, { ...what, mirror })).rejects.toBe(error);
    expect(inner.objects.size).toBe(0);
  });
});

describe('a rebuild', () => {
  const claims = ['a/claim.json', 'b/claim.json'];
  const claimed = (execution: string) =>
    new MemoryStore(new Map([['b/claim.json', Buffer.from(`{"execution":"${execution}"}\n`)]]));

  it.each([
    ['is not there where none was asked for', false, 'other', false],
    ['is still to be published where others made the newest versions', true, 'other', true],
    ['is done where one of the newest versions is its own', true, 'run', false],
  ])('%s', async (_, rebuild, execution, still) => {
    expect(await isStillToRebuild({ rebuild, execution: 'run' }, claims, claimed(execution))).toBe(still);
  });

  it('is still to be published where nothing is', async () => {
    expect(await isStillToRebuild({ rebuild: true, execution: 'run' }, claims, new MemoryStore())).toBe(true);
    expect(await isStillToRebuild({ rebuild: true, execution: 'run' }, [], claimed('run'))).toBe(true);
  });
});

it('the times of a build are the sixty seconds from its own on', () => {
  const times = secondsFrom(new Date('2026-12-31T23:59:58.999Z'));

  expect(times).toHaveLength(60);
  expect(times.slice(0, 3)).toEqual([
    { day: '20261231', time: '235958' },
    { day: '20261231', time: '235959' },
    { day: '20270101', time: '000000' },
  ]);
  expect(times.at(-1)).toEqual({ day: '20270101', time: '000057' });
});
