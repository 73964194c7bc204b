import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../../../lib/job/operations/outcome';
import '../../../fixtures/needs-seconds';
import type { MadeMirror } from '../made-mirror';
import { all, publishOn, threeDays, tuesday, typedIn, wednesday } from './three-days';

/** Three versions in candidate and stable, which is filled from it, and lab, which follows stable. */
const made = threeDays(['promote candidate stable'], 'view create lab --from stable');
let mirror: MadeMirror;
beforeEach(async () => {
  mirror = (await made)();
});

const run = (...lines: readonly string[]) => typedIn(mirror, lines);

/** What is said of what a view offers instead: the same of both flavours. */
function insteadIn({ remarks }: OperationOutcome) {
  const some = remarks.flatMap(({ about, view, version, why, commands }) =>
    about === 'not offered' ? [JSON.stringify({ view, version, why, commands })] : [],
  );
  return [...new Set(some)].map((one): { view: string; version: string; why: string; commands?: string[] } => {
    return JSON.parse(one);
  });
}

const restore = `restore candidate noble ${wednesday}`;

describe('a restoration that brings nothing back says what is offered, why,', () => {
  it('and nothing where it does', async () => {
    expect(insteadIn(await run('rollback candidate noble', restore))).toEqual([]);
  });

  it('and that what waits needs the end of the hold', async () => {
    const outcome = await run('rollback candidate noble', 'hold candidate noble', restore);
    const commands = ['maas-mirror unhold candidate noble'];
    const why = 'what was restored waits, since noble is held; to offer what waits';
    expect(insteadIn(outcome)).toEqual([{ view: 'candidate', version: tuesday, why, commands }]);
    await run(...commands);
    expect(await mirror.newest('candidate')).toEqual(all('wed'));
  });

  it('and what lifts the withdrawal of another view, and offers it here', async () => {
    const outcome = await run('rollback candidate noble', 'withdraw stable noble newest', restore);
    const commands = [
      `maas-mirror restore stable noble ${wednesday}`,
      `maas-mirror withdraw candidate noble ${wednesday}`,
      `maas-mirror restore candidate noble ${wednesday}`,
    ];
    const why = 'still withdrawn in stable; to lift that, and then restore it here';
    expect(insteadIn(outcome)).toEqual([{ view: 'candidate', version: tuesday, why, commands }]);
    await run(...commands);
    expect(await mirror.newest('candidate')).toEqual(all('wed'));
  });

  it('and that it was not taken back, or is not the newest', async () => {
    expect(insteadIn(await run('withdraw candidate noble newest', restore))).toEqual([
      { view: 'candidate', version: wednesday, why: 'it was not taken back' },
    ]);
    const older = [`withdraw candidate noble ${tuesday}`, `restore candidate noble ${tuesday}`];
    expect(insteadIn(await run(...older))).toEqual([
      { view: 'candidate', version: wednesday, why: 'what was restored is below it' },
    ]);
  });

  it('and that something newer was published', async () => {
    await run('rollback candidate noble');
    await publishOn(mirror, '20261127', 'fri');
    expect(insteadIn(await run(restore))).toEqual([
      { view: 'candidate', version: '20261127.083000', why: 'a newer version was published since' },
    ]);
  });

  it('and that, too, if the clock of its publisher is behind', async () => {
    await run('rollback candidate noble');
    mirror.turnClockTo('2026-11-24T08:30:00Z');
    const images = { 'ga-24.04': 'fri', 'hwe-24.04': 'fri' };
    await mirror.publish('candidate', '20261127.083000', { images });
    expect(insteadIn(await run(restore))).toMatchObject([{ version: '20261127.083000' }]);
    expect(await mirror.newest('candidate')).toMatchObject({ 'ga-24.04': 'fri/fri' });
  });

  it('and what may offer it again where the view has it no more', async () => {
    await run('rollback candidate noble', `remove candidate noble ${wednesday}`);
    const gone = 'what was restored is no longer in';
    expect(insteadIn(await run(restore))).toEqual([
      { view: 'candidate', version: tuesday, why: `${gone} candidate; a build may publish it again` },
    ]);
    await run('rollback stable noble', `remove stable noble ${wednesday}`);
    expect(insteadIn(await run(`restore stable noble ${wednesday}`))).toEqual([
      { view: 'stable', version: tuesday, why: `${gone} stable; a promotion may offer it again` },
    ]);
  });

  it('and which view it follows', async () => {
    await run('withdraw lab noble newest', 'rollback stable noble');
    expect(insteadIn(await run(`restore lab noble ${wednesday}`))).toEqual([
      { view: 'lab', version: tuesday, why: 'it follows stable' },
    ]);
  });
});
