import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readView } from '../../../lib/publication/read-view';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { operatorKey, operatorWith } from '../operation/operator';
import '../../fixtures/needs-seconds';

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

/** Writes mirror.yaml beside the key. @returns its path */
function configWith(keyFile: string, views: string): string {
  const config = keyFile.replace('key.asc', 'mirror.yaml');
  writeFileSync(config, `views: ${views}\n`);
  return config;
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

    const done = await type('withdraw', 'candidate', '24.04', bad, '--plan', plan, '--reason', 'NIC driver lost');
    expect([done.code, done.errLines]).toEqual([0, [`mirror: ${mirror}`, 'withdraw: candidate changed']]);
    expect((await read('list', 'candidate')).outLines).toContainEqual(
      expect.stringMatching(/^ {2}ga-24\.04 +20261125\.083000 .* newest withdrawn$/),
    );
    expect((await read('history', 'candidate')).outLines.slice(0, 2).join(' ')).toMatch(
      /^3 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}withdraw {2}anna@ops1 {2}noble 20261125\.083000: +withdrawn +\(NIC +driver lost\)$/,
    );
  });

  test('tells which other view cannot be read and what to do, and ends with 1 if that one was to be changed', async () => {
    const { type, store, signer, mirror, keyFile } = await operatorWithTwo();
    await type('promote', 'candidate', 'stable');
    const [{ path = '' } = {}] = (await readView('stable', { mirror: store, signer })).documents.values();
    await store.remove(`stable/streams/v1/${path.split('/').at(-1)}`);
    const withdraw = ['withdraw', 'candidate', 'noble', bad];
    const [text, json] = [await type(...withdraw), await type(...withdraw, '--all-views', '--json')];
    expect(text.outLines.join(' ').replaceAll(/ +/g, ' ')).toMatch(
      /stable was not read, so it is not known whether it offers this: .* has no stable.*; restore it from a backup/,
    );
    const told = expect.objectContaining({ about: 'not done', view: 'stable' });
    expect(JSON.parse(json.outLines.join('')).remarks).toContainEqual(told);
    const [shown, done] = [await type(...withdraw, '--all-views', '--dry-run'), await type(...withdraw, '--all-views')];
    expect([text.code, json.code, shown.code, done.code]).toEqual([0, 1, 0, 1]);
    expect(done.outLines.join(' ')).toContain('stable was left out, because it cannot be read: ');
    const again = `  maas-mirror ${withdraw.join(' ')} --all-views --mirror ${mirror} --key ${keyFile}`;
    expect(done.outLines).toContain(again);
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
    expect(errLines).toContain('error: this plan was made with other options, or the mirror has changed since');
  });

  test.each([
    [['withdraw', 'stabel', 'noble', bad], 'stabel'],
    [['withdraw', 'candidate', 'jammy', bad], 'jammy'],
    [['withdraw', 'candidate', 'noble', '20261124.083000'], '20261124.083000'],
    [['withdraw', 'candidate', 'noble', bad, '--arch', 'AMD64'], 'invalid --arch "AMD64"'],
    [['withdraw', 'candidate', 'noble', bad, '--plan', 'x'], 'invalid --plan "x"'],
    [['hold', 'candidate', 'noble', '--until', 'soon'], '--until "soon"'],
    [['hold', 'candidate', 'noble', '--until', '2026-01-02'], 'in the past'],
    [['attest', 'candidate', 'noble', bad, '--check', 'hw', '--pass', '--link', 'https://u:pw@lab/1'], '--link'],
    [['attest', 'candidate', 'noble', bad, '--pass'], 'attest: no --check given'],
    [['attest', 'candidate', 'noble', bad, '--check', 'hw-lab'], 'attest: no result given'],
    [['attest', 'candidate', 'noble', bad, '--check', 'hw-lab', '--pass', '--fail'], 'both --pass and --fail given'],
    [['promote', 'candidate'], 'promote: no view to promote to given'],
    [['view', 'set', 'lab-2', '--select', 'jammy'], '--select "jammy"'],
    [['view', 'set', 'candidate'], 'view set: no source given'],
    [['view', 'set', 'candidate', '--from', 'a', '--by-hand'], 'view set: --from and --by-hand given'],
    [['view', 'set', 'candidate', '--as-configured', '--config', 'none.yaml'], 'none.yaml'],
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

    const held = await type('hold', 'candidate', 'noble', '--at', good, '--until', '2096-11-30', '--reason', 'freeze');
    expect(held.code).toBe(0);
    expect(held.outLines).toContain('    ga-24.04   20261125.083000 -> 20261120.083000 (1 pending)');
    const { outLines } = await read('list', 'candidate');
    expect(outLines).toContainEqual(expect.stringMatching(/ga-24\.04 +20261125\.083000 .* pending$/));
    expect(outLines).toContainEqual(expect.stringMatching(/ga-24\.04 +20261120\.083000 .* newest held$/));
    expect(outLines).toContainEqual(
      expect.stringMatching(/^ {2}held since .* until 2096-11-30 \(freeze\): 1 pending$/),
    );

    const { code } = await type('unhold', 'candidate', 'Noble', '--flavour', 'ga,hwe');
    expect(code).toBe(0);
    expect((await read('list', 'candidate')).outLines.join('\n')).not.toMatch(/pending|held/);
  });

  test('leave in the history that a hold was changed', async () => {
    const { type, read } = await operatorWithTwo();
    await type('hold', 'candidate', 'noble');
    await type('hold', 'candidate', 'noble', '--until', '2096-11-30');

    expect((await read('history', 'candidate')).outLines.slice(0, 2).join(' ')).toMatch(
      / hold +anna@ops1 +noble: hold changed at 20261125\.083000 +until 2096-11-30 00:00$/,
    );
  });

  test('say that nothing is to be done where it is done', async () => {
    const { type } = await operatorWithTwo();
    await type('hold', 'candidate', 'noble');
    const { code, outLines } = await type('hold', 'candidate', 'noble');

    expect([code, outLines]).toEqual([0, ['hold: nothing to be done']]);
  });
});

describe('what cannot be undone', () => {
  const remove = ['remove', 'candidate', 'noble', good] as const;

  test('is shown, asked about, and done exactly as it was shown', async () => {
    const { answer, read } = await operatorWithTwo();
    const questions: string[] = [];
    const ask = (is: boolean) => (question: string) => questions.push(question) > 0 && is;

    const no = await answer(ask(false), ...remove);
    expect([no.code, ...no.errLines.slice(-2)]).toEqual([
      ...[2, 'error: not confirmed; nothing was changed', '  answer y, or add --yes'],
    ]);
    expect(no.outLines[0]).toBe('candidate: remove (dry run)');
    expect((await read('list', 'candidate', '--json')).outLines.join('')).toContain(good);

    expect((await answer(ask(true), ...remove)).code).toBe(0);
    expect(questions).toEqual(Array(2).fill(`remove noble ${good} from candidate? This cannot be undone.`));
    expect((await read('list', 'candidate', '--json')).outLines.join('')).not.toContain(good);
  });

  test('takes a pending version off the shelf, and says so', async () => {
    const { type } = await operatorWithTwo();
    await type('hold', 'candidate', 'noble', '--at', good);
    const { code, outLines } = await type('remove', 'candidate', 'noble', bad, '--yes');

    expect([code, outLines]).toEqual([
      0,
      expect.arrayContaining([`    ga-24.04   ${bad} removed (it was not offered)`]),
    ]);
  });

  test('is shown beside the result, not in it, where a program reads that', async () => {
    const { answer } = await operatorWithTwo();
    const { outLines, errLines } = await answer(() => true, ...remove, '--json');

    expect(JSON.parse(outLines.join('\n'))).toMatchObject({ views: [{ view: 'candidate', moved: true }] });
    expect(errLines).toContain('candidate: remove (dry run)');
  });

  test('wants --yes without a terminal, and does not ask with it', async () => {
    const { type, answer } = await operatorWithTwo();
    const { code, errLines } = await type(...remove);

    expect(code).toBe(2);
    expect(errLines.slice(1)).toEqual([
      `error: remove noble ${good} from candidate: this cannot be undone`,
      '  add --yes to confirm',
    ]);
    const never = (): boolean => {
      throw new Error('asked');
    };
    expect((await answer(never, ...remove, '--yes')).code).toBe(0);
  });
});

describe('promote', () => {
  test('ends with 4 where a hold forbids it', async () => {
    const { type, publish, mirror, keyFile } = await operatorWithTwo();
    await type('promote', 'candidate', 'stable', 'noble');
    await type('hold', 'stable', 'noble', '--reason', 'freeze');
    await publish('20261127.083000');
    const { code, errLines } = await type('promote', 'candidate', 'stable', 'noble');

    expect(code).toBe(4);
    expect(errLines.slice(1)).toEqual([
      expect.stringMatching(/^error: noble has been held in stable since \d{4}-\d\d-\d\d \(freeze\)$/),
      `  unhold it first: maas-mirror unhold stable noble --mirror ${mirror} --key ${keyFile}`,
    ]);
  });

  test('fills all views of mirror.yaml, and says what stands still', async () => {
    const { type, keyFile, read } = await operatorWithTwo();
    const filled = 'stable: { promote: { from: candidate } }, lab-2: { from: stable }';
    const config = configWith(keyFile, `{ candidate: { releases: [noble] }, ${filled} }`);

    const { code, outLines } = await type('promote', '--config', config);
    const moved = ['stable: promote: done', '  creates the view stable', '  noble amd64', `    ga-24.04   new: ${bad}`];
    expect([code, outLines]).toEqual([0, expect.arrayContaining(moved)]);
    expect((await read('list', 'stable')).outLines.join('\n')).toContain(bad);
    await type('hold', 'stable', 'noble');
    expect((await type('promote', '--config', config)).outLines).toContain('stable: promote: nothing to be done');
  });

  test('by hand, meets the conditions of mirror.yaml the first time, too', async () => {
    const { type, keyFile } = await operatorWithTwo();
    const config = configWith(keyFile, '{ stable: { promote: { from: candidate, require: [hw-lab] } } }');

    const { code, outLines, errLines } = await type('promote', 'candidate', 'stable', '--config', config);

    expect([code, errLines[1]]).toEqual([4, expect.stringMatching(/^error: noble \S+ has no result of hw-lab yet$/)]);
    expect(outLines).toEqual([]);
    const waiving = ['--waive-checks', 'new lab'];
    expect((await type('promote', 'candidate', 'stable', '--config', config, ...waiving)).code).toBe(0);
  });

  test('says what waits for a view that is yet to be created', async () => {
    const { type, keyFile } = await operatorWithTwo();
    const config = configWith(keyFile, '{ stable: { promote: { from: candidate, require: [hw-lab] } } }');
    const { outLines } = await type('promote', '--config', config);
    expect(outLines.join(' ').replaceAll(/ +/g, ' ')).toContain(
      `stable: noble takes nothing: ${bad} has been published since 2026-11-25: no result of hw-lab`,
    );
  });

  test('is what mirror.yaml says again, after the view was set to something else', async () => {
    const { type, keyFile, read } = await operatorWithTwo();
    const sourceOf = async () =>
      JSON.parse((await read('view', 'show', 'stable', '--json')).outLines.join('\n')).source;
    const config = configWith(
      keyFile,
      '{ candidate: { releases: [noble] }, stable: { promote: { from: candidate } } }',
    );
    await type('promote', '--config', config);
    await type('promote', '--config', config); // the first one creates it
    const configured = await sourceOf();

    const { outLines } = await type('view', 'set', 'stable', '--by-hand');
    expect(outLines.join('\n')).toContain('maas-mirror view set stable --as-configured --mirror');
    expect(await sourceOf()).toBeUndefined();
    expect((await type('promote', '--config', config)).outLines).toEqual([]);

    await type('view', 'set', 'stable', '--as-configured', '--config', config);
    expect(await sourceOf()).toEqual(configured);
    const names = ['candidate', 'lab-9'];
    const refused = names.map((name) => type('view', 'set', name, '--as-configured', '--config', config));
    expect((await Promise.all(refused)).map(({ code, errLines }) => [code, ...errLines])).toEqual([
      [
        2,
        `error: in ${config}, candidate is built (it has releases)`,
        '  views with releases get their versions from builds',
      ],
      [2, `error: ${config} has no view lab-9`, '  name the view in the file, or give --from VIEW'],
    ]);
  });

  test('shows what it would do for all views of mirror.yaml', async () => {
    const { type, keyFile, store } = await operatorWithTwo();
    const odd = 'odd: { select: [{ releases: [jammy], from: candidate }] }';
    const config = configWith(
      keyFile,
      `{ stable: { promote: { from: candidate } }, lab: { from: candidate }, ${odd} }`,
    );
    const before = await Array.fromAsync(store.list(''));

    const { code, outLines } = await type('promote', '--config', config, '--dry-run');
    expect([code, outLines]).toEqual([
      0,
      expect.arrayContaining([
        'stable: promote (dry run)',
        'lab: view create (dry run)',
        `    ga-24.04   new: ${bad}`,
        expect.stringMatching(/^odd: waits: /),
      ]),
    ]);
    expect(await Array.fromAsync(store.list(''))).toEqual(before);
  });

  test('leaves the reason in the history', async () => {
    const { type, keyFile, read } = await operatorWithTwo();
    const config = configWith(keyFile, '{ stable: { promote: { from: candidate } } }');
    await type('promote', '--config', config, '--reason', 'first fill');
    expect((await read('history', 'stable')).outLines.join('\n')).toContain('(first fill)');
  });

  test('ends with 4 where a version was not boot-tested', async () => {
    const { type, publish } = await operatorWithTwo();
    await publish('20261127.083000', { facts: { gate: 'waived' } });
    expect((await type('promote', 'candidate', 'stable', 'noble')).code).toBe(4);
  });

  test.each([
    [['--after', '3d'], '--after'],
    [['--require', 'hw-lab'], '--require'],
    [['--waive-checks', 'x'], '--waive-checks'],
    [['--waive-boot-test', 'x'], '--waive-boot-test'],
    [['--arch', 'amd64'], '--arch'],
    [['--kernel', 'ga'], '--flavour'],
    [['--plan', '20261130T101500Z-0123456789abcdef'], '--plan'],
  ])('refuses %j with a whole configuration', async (options, option) => {
    const message = `${option} cannot be used with a whole configuration`;
    const { type, keyFile } = await operatorWithTwo();
    const config = keyFile.replace('key.asc', 'mirror.yaml');
    writeFileSync(config, 'views: { candidate: { releases: [noble] } }\n');
    const { code, errLines } = await type('promote', '--config', config, ...options);
    expect([code, errLines[0]]).toEqual([2, `error: ${message}`]);
    expect(errLines[1]).toMatch(/^ {2}set after: and require: in the file, or name both views, such as: /);
  });

  test('refuses a configuration of which no view is promoted or selected', async () => {
    const { type, keyFile } = await operatorWithTwo();
    const config = configWith(keyFile, '{ candidate: { releases: [noble] } }');
    const { code, errLines } = await type('promote', '--config', config);
    expect([code, ...errLines]).toEqual([
      ...[2, `error: ${config} has no view that is promoted or selected`],
      '  such as: stable: { promote: { from: candidate, after: 3d } }',
    ]);
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
