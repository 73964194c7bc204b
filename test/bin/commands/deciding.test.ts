import { beforeAll, describe, expect, test } from 'vitest';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { operatorKey, operatorWith } from '../operation/operator';

let key: string;
beforeAll(async () => {
  key = await operatorKey();
});

const [good, bad] = ['20261120.083000', '20261125.083000'];

async function operatorWithTwo() {
  const operator = await operatorWith(key, folderInMemory());
  await operator.publish(good, {}, '2026-11-20T08:41:00Z');
  await operator.publish(bad, {}, '2026-11-25T08:41:00Z');
  return operator;
}

describe('withdraw', () => {
  test('shows what it would do, carries out exactly that, and is in list and history', async () => {
    const { type, read, mirror } = await operatorWithTwo();

    const shown = await type('withdraw', 'candidate', '24.04', bad, '--dry-run');
    expect(shown.errLines).toEqual([`mirror: ${mirror}`]);
    expect(shown.outLines.slice(0, 5)).toEqual([
      'candidate: withdraw (dry run)',
      '  noble amd64',
      '    ga-24.04, hwe-24.04: 20261125.083000 withdrawn',
      'candidate still offers 20261125.083000 as the newest (2 products); to take it',
      '  back there:',
    ]);
    const plan = /--plan (\S+)/.exec(shown.outLines.at(-1) ?? '')?.[1] ?? '';
    expect((await read('history', 'candidate', '--json')).outLines.join('')).not.toContain('withdraw');

    const done = await type('withdraw', 'candidate', 'noble', bad, '--plan', plan, '--reason', 'NIC driver lost');
    expect([done.code, done.errLines]).toEqual([0, [`mirror: ${mirror}`, 'withdraw: candidate changed']]);
    expect((await read('list', 'candidate')).outLines).toContainEqual(
      expect.stringMatching(/^ {2}ga-24\.04 +20261125\.083000 .* newest withdrawn$/),
    );
    expect((await read('history', 'candidate')).outLines[0]).toMatch(
      /^3 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}withdraw {2}anna@ops1 {2}withdrawn {2}\(NIC driver lost\)$/,
    );
  });

  test('refuses a plan that is not what would be done now', async () => {
    const { type } = await operatorWithTwo();
    const { code, errLines } = await type(
      'withdraw',
      'candidate',
      'noble',
      bad,
      '--plan',
      '20261130T101500Z-0123456789abcdef',
    );

    expect(code).toBe(1);
    expect(errLines).toContain('error: the mirror has changed since this plan was made');
  });

  test.each([
    [['withdraw', 'stabel', 'noble', bad], 'stabel'],
    [['withdraw', 'candidate', 'jammy', bad], 'jammy'],
    [['withdraw', 'candidate', 'noble', '20261124.083000'], '20261124.083000'],
    [['withdraw', 'candidate', 'noble', bad, '--arch', 'AMD64'], 'invalid --arch "AMD64"'],
    [['withdraw', 'candidate', 'noble', bad, '--plan', 'x'], 'invalid --plan "x"'],
    [['hold', 'candidate', 'noble', '--until', 'soon'], '--until "soon"'],
    [['attest', 'candidate', 'noble', bad, '--check', 'hw-lab'], 'attest: no result given'],
    [['attest', 'candidate', 'noble', bad, '--check', 'hw-lab', '--pass', '--fail'], 'both --pass and --fail given'],
    [['promote', 'candidate'], 'promote: no view to promote to given'],
    [['view', 'set', 'lab-2', '--select', 'jammy'], '--select "jammy"'],
    [['withdraw', 'candidate', 'noble', bad, '--stack', 'S'], '--mirror and --stack cannot be used together'],
  ])('refuses %j, and changes nothing', async (words, message) => {
    const { type, read } = await operatorWithTwo();
    const before = (await read('history', 'candidate', '--json')).outLines;
    const { code, errLines } = await type(...words);

    expect([code, errLines.join('\n')]).toEqual([2, expect.stringContaining(message)]);
    expect((await read('history', 'candidate', '--json')).outLines).toEqual(before);
  });
});

describe('hold and unhold', () => {
  test('keep newer versions back, and offer the newest of them again', async () => {
    const { type, read } = await operatorWithTwo();

    const held = await type('hold', 'candidate', 'noble', '--at', good, '--until', '2026-11-30', '--reason', 'freeze');
    expect(held.code).toBe(0);
    expect(held.outLines).toContain('    ga-24.04   20261125.083000 -> 20261120.083000 (1 pending)');
    const { outLines } = await read('list', 'candidate');
    expect(outLines).toContainEqual(expect.stringMatching(/ga-24\.04 +20261125\.083000 .* pending$/));
    expect(outLines).toContainEqual(expect.stringMatching(/ga-24\.04 +20261120\.083000 .* newest held$/));
    expect(outLines).toContainEqual(
      expect.stringMatching(/^ {2}held since .* until 2026-11-30 \(freeze\): 1 pending$/),
    );

    const { code } = await type('unhold', 'candidate', 'Noble', '--flavour', 'ga,hwe');
    expect(code).toBe(0);
    expect((await read('list', 'candidate')).outLines.join('\n')).not.toMatch(/pending|held/);
  });

  test('say that nothing is to be done where it is done', async () => {
    const { type } = await operatorWithTwo();
    await type('hold', 'candidate', 'noble');
    const { code, outLines } = await type('hold', 'candidate', 'noble');

    expect([code, outLines]).toEqual([0, ['hold: nothing to be done']]);
  });
});

test('every line of a result fits 80 columns, except commands to copy', async () => {
  const { type, read } = await operatorWithTwo();
  const lines = [
    ...(await type('withdraw', 'candidate', 'noble', bad, '--dry-run')).outLines,
    ...(await type('hold', 'candidate', 'noble', '--at', good, '--dry-run')).outLines,
    ...(await type('hold', 'candidate', 'noble', '--at', good)).outLines,
    ...(await read('list')).outLines,
    ...(await read('history', 'candidate')).outLines,
    ...(await read('view', 'list')).outLines,
    ...(await read('view', 'show', 'candidate')).outLines,
  ];
  expect(lines.filter((line) => line.length > 80 && !/maas-mirror |^ {2}\//.test(line))).toEqual([]);
});
