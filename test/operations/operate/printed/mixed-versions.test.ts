import { beforeEach, describe, expect, it } from 'vitest';
import { changesLines } from '../../../../bin/reading/changes-text';
import { historyLines } from '../../../../bin/reading/history-text';
import { listLines } from '../../../../bin/reading/list-text';
import type { OperationRequest } from '../../../../lib/job/operations/operation';
import { changesOf } from '../../../../lib/operations/changes';
import { historyOf } from '../../../../lib/operations/history';
import { listViews } from '../../../../lib/operations/list';
import { smallSigner } from '../../../fixtures/mirrors/small-mirror';
import '../../../fixtures/needs-seconds';
import { MemoryStore } from '../../../publication/made/memory-store';
import { MadeMirror } from '../made-mirror';
import { requestOf } from './typed-line';

const [tuesday, wednesday, mixed] = ['20261124.083000', '20261125.083000', '20261125.101500'] as const;

let mirror: MadeMirror;
/** A bad kernel of one flavour, which was taken back. */
beforeEach(async () => {
  mirror = new MadeMirror(new MemoryStore(), await smallSigner());
  for (const [name, words] of [
    [tuesday, 'good'],
    [wednesday, 'bad'],
  ] as const) {
    await mirror.publish('candidate', name, { images: { 'ga-24.04': words, 'hwe-24.04': words } });
  }
  mirror.turnClockTo('2026-11-25T10:15:00Z');
  await mirror.operate(requestOf('rollback candidate noble --flavour hwe'));
});

const promote = requestOf('promote candidate stable');
const listed = async () => listViews(mirror.store);
const marksIn = async (view: string) => {
  const rows = (await listed()).find((one) => one.view === view)?.rows ?? [];
  return Object.fromEntries(
    rows.map(({ flavour, version, gate, marks }) => [`${flavour} ${version}`, [gate, ...marks]]),
  );
};

describe('a version with the kernel of an older one', () => {
  it('is listed as untested, since nobody waived its boot test, with the version that the kernel is of', async () => {
    expect(await marksIn('candidate')).toMatchObject({
      [`ga-24.04 ${wednesday}`]: ['passed', 'newest'],
      [`hwe-24.04 ${mixed}`]: ['untested', 'newest', `kernel:${tuesday}`],
    });
    const lines = listLines(await listed(), '/srv/images', new Date('2026-11-25T12:00:00Z'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.join('\n')).toContain(`kernel:${tuesday}`);
  });

  it('is not promoted, which is said in these words; if that is waived, it is listed so, and where it was built', async () => {
    const waived: OperationRequest = { ...promote, waived: 'lab is down' } as OperationRequest;
    await expect(mirror.operate(promote)).rejects.toMatchObject({
      name: 'NotBooted',
      message: `noble amd64 hwe-24.04 ${mixed} was not boot-tested (its kernel is that of ${tuesday}, after a rollback)`,
    });
    await mirror.operate(waived);
    expect(await marksIn('stable')).toMatchObject({
      [`hwe-24.04 ${mixed}`]: ['waived', 'newest', 'waived', `kernel:${tuesday}`, 'origin:candidate'],
    });
  });

  it('is compared as what it is', async () => {
    const changes = await changesOf(mirror.store, 'candidate', { release: 'noble', versions: [wednesday, mixed] });
    expect(changes.changes.flatMap(({ flavours }) => flavours)).toMatchObject([{ kernelOf: tuesday }]);
    expect(changesLines(changes).join('\n')).toContain(`has kernel and initrd of ${tuesday}`);
  });

  it('is in the history as what changed of its flavour', async () => {
    const lines = historyLines(await historyOf(mirror.store, 'candidate', 10));
    const said = lines.join(' ').replace(/ +/g, ' ');
    expect(said).toContain(`noble amd64 (hwe-24.04): +${mixed} -${wednesday}`);
  });
});
