import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../../../lib/job/operations/outcome';
import '../../../fixtures/needs-seconds';
import type { MadeMirror } from '../made-mirror';
import { all, threeDays, tuesday, typedIn, wednesday } from './three-days';

/** Three versions in candidate, stable and pilot, each filled from the one before, and lab, which follows stable. */
const made = threeDays(['promote candidate stable', 'promote stable pilot'], 'view create lab --from stable');
let mirror: MadeMirror;
beforeEach(async () => {
  mirror = (await made)();
});

const run = (...lines: readonly string[]) => typedIn(mirror, lines);

/** What is printed of a view that goes on offering what is withdrawn: the same of both flavours. */
function stillIn({ remarks }: OperationOutcome, name: string) {
  const ways = remarks.flatMap(({ about, view, commands, why }) =>
    about === 'still offered' && view === name ? [JSON.stringify({ commands, why })] : [],
  );
  return [...new Set(ways)].map((way): { commands: string[]; why?: string } => JSON.parse(way));
}

describe('a selected view that is held', () => {
  it('is taken back with all views, and gets the version as pending once it is restored', async () => {
    const outcome = await run('hold lab noble', 'rollback stable noble --all-views');
    expect(stillIn(outcome, 'lab')).toEqual([]);
    expect(await mirror.newest('lab')).toEqual(all('tue'));
    await run(`restore stable noble ${wednesday} --all-views`);
    expect([await mirror.newest('stable'), await mirror.newest('lab')]).toEqual([all('wed'), all('tue')]);
    expect(shelved(await mirror.read('lab'))).toEqual(Array(2).fill([wednesday, 'held']));
    await run('unhold lab noble');
    expect(await mirror.newest('lab')).toEqual(all('wed'));
    expect(shelved(await mirror.read('lab'))).toEqual([]);
  });

  it('follows again where it was taken back and is held no more, also what is restored', async () => {
    await run('hold lab noble', 'rollback stable noble --all-views', 'unhold lab noble');
    expect(await mirror.newest('lab')).toEqual(all('tue'));
    await run(`restore stable noble ${wednesday} --all-views`);
    expect(await mirror.newest('lab')).toEqual(all('wed'));
    expect(shelved(await mirror.read('lab'))).toEqual([]);
  });

  it('goes on offering what its source took back, and the hold is lifted to end that', async () => {
    const outcome = await run('hold lab noble', 'rollback stable noble');
    const commands = ['maas-mirror unhold lab noble'];
    expect(stillIn(outcome, 'lab')).toEqual([{ commands, why: 'noble is held there' }]);
    expect(await mirror.newest('lab')).toEqual(all('wed'));
    await run(...commands);
    expect(await mirror.newest('lab')).toEqual(all('tue'));
  });

  it('is unheld after its source has gone back, where a version is only withdrawn', async () => {
    const outcome = await run('hold lab noble --arch amd64', 'withdraw stable noble newest');
    const commands = ['maas-mirror rollback stable noble', 'maas-mirror unhold lab noble --arch amd64'];
    expect(stillIn(outcome, 'lab')).toEqual([{ commands, why: 'noble is held there' }]);
    await run(...commands);
    expect(await mirror.newest('lab')).toEqual(all('tue'));
  });

  it('is unheld with all its holds, also of what follows it', async () => {
    await run('view create lab-2 --from lab', 'hold lab noble', 'hold lab noble --arch amd64');
    const outcome = await run('rollback stable noble');
    const way = { commands: ['maas-mirror unhold lab noble'], why: 'noble is held there' };
    expect([stillIn(outcome, 'lab'), stillIn(outcome, 'lab-2')]).toEqual([[way], [way]]);
    await run(...way.commands);
    expect([await mirror.newest('lab'), await mirror.newest('lab-2')]).toEqual([all('tue'), all('tue')]);
  });

  it('refuses nobody a rollback because a kernel would be new to it, and is unheld instead', async () => {
    const outcome = await run('hold lab noble', 'rollback stable noble --flavour hwe --all-views');
    const commands = ['maas-mirror unhold lab noble'];
    expect(stillIn(outcome, 'lab')).toEqual([{ commands, why: 'noble is held there' }]);
    await run(...commands);
    expect(await mirror.newest('lab')).toEqual({ ...all('wed'), 'hwe-24.04': 'tue/wed' });
  });
});

const undoIn = ({ remarks }: OperationOutcome) => remarks.filter(({ about }) => about === 'undo');

describe('the command that undoes', () => {
  const why = 'lift the withdrawal, which does not leave everything as it was';

  it('a rollback in all views says so if it leaves only another view otherwise, whose release is held', async () => {
    const commands = [`maas-mirror restore stable noble ${wednesday} --all-views`];
    expect(undoIn(await run('hold candidate noble', 'rollback stable noble --all-views'))).toEqual([
      { about: 'undo', commands, why },
    ]);
    await run(...commands);
    expect([await mirror.newest('stable'), await mirror.newest('candidate')]).toEqual([all('wed'), all('tue')]);
  });

  it('a rollback in all views says nothing else where it leads back in all, also after an earlier one elsewhere', async () => {
    await run('rollback pilot bootloaders');
    expect(undoIn(await run('rollback stable noble --all-views'))).toEqual([
      { about: 'undo', commands: [`maas-mirror restore stable noble ${wednesday} --all-views`] },
    ]);
  });

  it('a withdrawal in all views says so if what was taken back in another one comes back with it', async () => {
    const elsewhere = ['withdraw candidate noble newest', 'rollback stable noble'];
    await run(...elsewhere, `restore stable noble ${wednesday}`, `restore candidate noble ${wednesday}`);
    expect(await mirror.newest('stable')).toEqual(all('tue'));
    const commands = [`maas-mirror restore pilot noble ${wednesday} --all-views`];
    expect(undoIn(await run('withdraw pilot noble newest --all-views'))).toEqual([{ about: 'undo', commands, why }]);
    await run(...commands);
    expect(await mirror.newest('stable')).toEqual(all('wed'));
  });

  it('a promotion says so if only one of its releases can be undone', async () => {
    await mirror.publish('candidate', '20261126.083000', {
      ...{ images: { 'ga-24.04': 'thu', 'hwe-24.04': 'thu' }, loader: 'thu' },
    });
    await run(`withdraw candidate noble ${wednesday}`);
    const commands = [`maas-mirror hold stable bootloaders --at ${wednesday}`];
    expect(undoIn(await run('promote candidate stable'))).toEqual([
      { about: 'undo', commands, why: 'hold what can be held, which does not leave everything as it was' },
    ]);
    await run(...commands);
    expect(await mirror.newest('stable')).toEqual(all('thu'));
  });

  it('a change of a hold lifts it where what it kept was removed, since that cannot be kept again', async () => {
    await run('hold stable noble', `remove stable noble ${wednesday}`);
    const commands = ['maas-mirror unhold stable noble'];
    expect(undoIn(await run('hold stable noble --until 2026-12-20T00:00:00Z'))).toEqual([
      { about: 'undo', commands, why: 'lift the hold, which does not leave everything as it was' },
    ]);
    await run(...commands);
  });
});

describe('what is removed from the shelf', () => {
  const about = ({ remarks }: OperationOutcome) => remarks.map((one) => one.about);

  it('changes nothing for sites, which have what is offered', async () => {
    await run('rollback stable noble', `hold pilot noble --at ${tuesday}`);
    for (const view of ['stable', 'pilot']) expect(about(await run(`remove ${view} noble ${wednesday}`))).toEqual([]);
    expect(about(await run(`remove candidate noble ${wednesday}`))).toEqual(['replaced', 'sites follow']);
  });

  it('nor does what waits there once it is restored', async () => {
    await run('rollback stable noble', 'hold stable noble');
    expect(about(await run(`restore stable noble ${wednesday}`))).toEqual(['not offered', 'not offered', 'undo']);
  });
});

/** Names and reasons of what a view has on its shelf. */
function shelved({ shelf }: Awaited<ReturnType<MadeMirror['read']>>) {
  return Object.values(shelf.products).flatMap(({ versions }) =>
    Object.entries(versions).map(([name, { why }]) => [name, why]),
  );
}
