import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/machine/digest';
import { type SmallMirrorSite, smallMirrorSite } from './small-mirror-site';

/** What machines get: kernel and root of a night. */
const [good, bad, fixed, sunday] = ['6.1.1/6.1.1', '6.1.2/6.1.2', '6.1.3/6.1.3', '6.1.5/6.1.5'];

const monday = { time: '2026-11-16T08:30:00Z', archive: 'monday', kernel: '6.1.1' };
const tuesday = { time: '2026-11-17T08:30:00Z', archive: 'tuesday', kernel: '6.1.2' };
const thursday = { time: '2026-11-19T08:30:00Z', archive: 'thursday', kernel: '6.1.3' };
const saturdays = { time: '2026-11-21T08:30:00Z', archive: 'saturday', kernel: '6.1.4' };
const sundays = { time: '2026-11-22T08:30:00Z', archive: 'sunday', kernel: '6.1.5' };

const snapshot = 'snapshots/tuesday';

it('keeps what an operator decided in a week, in every MAAS', async () => {
  await using site = await smallMirrorSite();
  await mondaysBuild(site);
  await tuesdaysBuild(site);
  const tuesdays = await bytesOf(site.root, snapshot);
  await takenBack(site);
  await nightToWednesday(site);
  await fixOfThursday(site);
  await attestedOnFriday(site);
  await heldOverTheWeekend(site);
  await promotedOnMonday(site);
  await unheld(site);
  const now = await bytesOf(site.root, snapshot);
  expect(now).toMatchObject(tuesdays);
  expect(streamsIn(now)).toEqual(streamsIn(tuesdays));
  expect(streamsIn(now).length).toBeGreaterThan(3);
});

/** Begins with a build on Monday, which is promoted. */
async function mondaysBuild(site: SmallMirrorSite): Promise<void> {
  expect(await site.build(monday)).toMatchObject({ version: '20261116.083000' });
  const promoted = await site.type('2026-11-16T09:00:00Z', 'promote', 'candidate', 'stable');
  expect(promoted).toMatchObject({ code: 0 });
  site.watch('candidate');
  site.watch('stable');

  expect(await site.follow()).toEqual({ candidate: good, stable: good });
}

/** Has a bad build on Tuesday, which every MAAS gets. */
async function tuesdaysBuild(site: SmallMirrorSite): Promise<void> {
  expect(await site.build(tuesday)).toMatchObject({ version: '20261117.083000' });
  expect(await site.type('2026-11-17T09:00:00Z', 'promote', 'candidate', 'stable')).toMatchObject({ code: 0 });
  expect(await site.type('2026-11-17T10:00:00Z', 'snapshot', 'candidate', 'tuesday')).toMatchObject({ code: 0 });
  site.watch(snapshot);

  expect(await site.follow()).toEqual({ candidate: bad, stable: bad, [snapshot]: bad });
}

/** Takes it back in all views. */
async function takenBack(site: SmallMirrorSite): Promise<void> {
  const words = ['rollback', 'candidate', 'bookworm', '--all-views', '--reason', 'NIC driver lost'];
  const { code, out } = await site.type('2026-11-17T12:00:00Z', ...words);
  expect([code, out]).toEqual([0, expect.stringContaining('20261117.083000 -> 20261116.083000')]);

  expect(await site.follow()).toEqual({ candidate: good, stable: good, [snapshot]: bad });
}

/** Does not get it again by the build of the night to Wednesday, which says why. */
async function nightToWednesday(site: SmallMirrorSite): Promise<void> {
  const { code, out } = await site.nightly('2026-11-18T08:30:00Z');
  expect([code, out]).toEqual([
    0,
    expect.stringContaining('withdrawn: same inputs as 20261117.083000 (NIC driver lost)'),
  ]);

  expect(await site.follow()).toEqual({ candidate: good, stable: good, [snapshot]: bad });
}

/** Gets a fix on Thursday, which is the newest by its name and reaches every MAAS of its view. */
async function fixOfThursday(site: SmallMirrorSite): Promise<void> {
  expect(await site.build(thursday)).toMatchObject({ version: '20261119.083000' });
  site.watch('candidate');
  expect(await site.follow()).toEqual({ candidate: fixed, stable: good, [snapshot]: bad });
}

/** Promotes the fix when it was attested, and not before it has been out for three days. */
async function attestedOnFriday(site: SmallMirrorSite): Promise<void> {
  const promote = ['promote', 'candidate', 'stable', '--after', '3d', '--require', 'hw-lab'];
  const early = await site.type('2026-11-20T09:00:00Z', ...promote);
  expect([early.code, early.out]).toEqual([0, expect.stringContaining('20261119.083000 passed over')]);
  const check = ['--check', 'hw-lab', '--pass', '--link', 'https://lab.example/42'];
  const attested = await site.type(
    '2026-11-20T10:00:00Z',
    ...['attest', 'candidate', 'bookworm', '20261119.083000', ...check],
  );
  expect(attested).toMatchObject({ code: 0 });
  expect((await site.type('2026-11-20T11:00:00Z', ...promote)).out).toContain('20261119.083000 passed over');
  expect(await site.follow()).toEqual({ candidate: fixed, stable: good, [snapshot]: bad });
}

/** Holds the view over the weekend, while builds go on and wait. */
async function heldOverTheWeekend(site: SmallMirrorSite): Promise<void> {
  const held = await site.type('2026-11-20T16:00:00Z', 'hold', 'candidate', 'bookworm', '--reason', 'weekend');
  expect(held).toMatchObject({ code: 0 });
  await site.build(saturdays);
  await site.build(sundays);

  const { out } = await site.read('list', 'candidate');
  expect(out).toMatch(/^ {2}generic +20261122\.083000 +20261122 +2026-11-22 +passed +pending$/m);
  expect(out).toContain('held since 2026-11-20 (weekend): 2 pending');
  expect(await site.follow()).toEqual({ candidate: fixed, stable: good, [snapshot]: bad });
}

/** Promotes the fix on Monday, which has been out for long enough, and not what waits. */
async function promotedOnMonday(site: SmallMirrorSite): Promise<void> {
  const promote = ['promote', 'candidate', 'stable', '--after', '3d', '--require', 'hw-lab'];
  expect(await site.type('2026-11-23T08:00:00Z', ...promote)).toMatchObject({ code: 0 });
  expect(await site.follow()).toEqual({ candidate: fixed, stable: fixed, [snapshot]: bad });
}

/** Ends the hold, and offers the newest of what waited. */
async function unheld(site: SmallMirrorSite): Promise<void> {
  expect(await site.type('2026-11-23T09:00:00Z', 'unhold', 'candidate', 'bookworm')).toMatchObject({ code: 0 });
  expect(await site.follow()).toEqual({ candidate: sunday, stable: fixed, [snapshot]: bad });
}

/** Digests of all files of a view, by name. */
async function bytesOf(root: string, view: string): Promise<Record<string, string>> {
  const folder = join(root, view);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).sort();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, (await digestOf(path)).sha256])));
}

/** Beside them lies all of the pool. */
const streamsIn = (bytes: Readonly<Record<string, string>>) =>
  Object.keys(bytes).filter((path) => path.includes('/streams/v1/'));
