import { beforeAll, describe, expect, test } from 'vitest';
import { historyLines } from '../../bin/reading/history-text';
import { historyOf } from '../../lib/operations/history';
import type { HistoryEntry } from '../../lib/publication/state/history';
import { operatorKey, operatorWith } from '../bin/operation/operator';
import { folderInMemory } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';

let key: string;
beforeAll(async () => {
  key = await operatorKey();
});

describe('the history of a view', () => {
  test('has every entry, newest first, also of blocks that are closed', async () => {
    const { store, publish } = await operatorWith(key, folderInMemory());
    for (let day = 0; day < 66; day += 1) await publish(`20261120.${String(day).padStart(6, '0')}`);

    const all = await historyOf(store, 'candidate', 1000);
    expect(all.total).toBe(66);
    expect(all.entries.map(({ number }) => number)).toEqual(Array.from({ length: 66 }, (_, at) => 66 - at));
    expect((await historyOf(store, 'candidate', 3)).entries.map(({ number }) => number)).toEqual([66, 65, 64]);
  });

  test('refuses a view that never was', async () => {
    const { store, publish } = await operatorWith(key, folderInMemory());
    await publish('20261120.083000');

    await expect(historyOf(store, 'stabel', 10)).rejects.toMatchObject({
      ...{ name: 'NoSuchView', message: `${store.name} has no view "stabel"`, misuse: true },
      hint: '`maas-mirror view list` lists its views',
    });
  });
});

const entry: HistoryEntry = {
  ...{
    number: 41,
    at: '2026-11-30T10:15:42Z',
    what: 'promote',
    by: 'anna@ops1',
    reason: 'tested in lab',
    tool: '0.2.0',
  },
  changes: [
    {
      products: ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/arm64/ga-24.04/generic', 'pxelinux/pxe/i386'],
      ...{ added: ['20261128.083000'], removed: ['20261101.083000'], held: [], released: [] },
    },
  ],
  decisions: [],
};

describe('the text of a history', () => {
  const linesOf = (...entries: HistoryEntry[]) => historyLines({ view: 'stable', total: 41, entries });

  test('says when, who, what and why', () => {
    expect(linesOf(entry)).toEqual([
      '41  2026-11-30 10:15  promote  anna@ops1  noble amd64,arm64, bootloaders:',
      '      +20261128.083000 -20261101.083000  (tested in lab)',
      '1 of 41 entries; --last 41 shows all',
    ]);
  });

  test('says what is pending, what no longer is, and what was decided, without ids', () => {
    const none = { products: ['ubuntu/noble/amd64/ga-24.04/generic'], added: [], removed: [], held: [], released: [] };
    const changes = [
      { ...none, removed: ['2'], held: ['2'] },
      { ...none, added: ['2'], released: ['2'] },
    ];
    expect(
      linesOf({ ...entry, changes })
        .join(' ')
        .replaceAll(/\s+/g, ' '),
    ).toContain('noble amd64: 2 pending noble amd64: +2 (was pending) (tested in lab)');
    const decisions = ['withdrawn 9d3c0a1b2c4d', 'hold 0c1d2e3f4a5b lifted', 'source {"select":[{"from":"stable"}]}'];
    expect(
      linesOf({ ...entry, changes: [], decisions })
        .join(' ')
        .replaceAll(/\s+/g, ' '),
    ).toContain('withdrawn hold lifted source: follows stable');
  });

  test.each([
    [
      { decision: 'withdrawn 9d3c0a1b2c4d', version: '20261128.083000', architectures: ['amd64', 'arm64'] },
      'noble amd64,arm64 20261128.083000: withdrawn',
    ],
    [
      { decision: 'withdrawal 9d3c0a1b2c4d changed', version: '20261128.083000', everywhere: true },
      'noble 20261128.083000: withdrawal changed in all views',
    ],
    [
      { decision: 'hold 0c1d2e3f4a5b', flavours: ['ga-24.04'], at: '20261125.083000', until: '2026-12-04T00:00:00Z' },
      'noble (ga-24.04): hold at 20261125.083000 until 2026-12-04 00:00',
    ],
    [{ decision: 'hold 0c1d2e3f4a5b lifted' }, 'noble: hold lifted'],
    [
      { decision: 'attested hw-lab: failed', version: '20261128.083000', link: 'https://lab/412' },
      'noble 20261128.083000: attested hw-lab: failed https://lab/412',
    ],
  ])('says what a decision is about, in 80 columns: %j', (told, text) => {
    const decided = { release: 'noble', architectures: [], flavours: [], ...told };
    const lines = linesOf({ ...entry, changes: [], decisions: [told.decision], decided: [decided] });
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(`anna@ops1 ${text} (tested in lab)`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test.each([
    ['restored', 'took a restored index as a rollback'],
    ['lost', 'went on from what was left of the view'],
    ['no state', 'wrote the first state of the view'],
  ] as const)('says what a repair mended: %s', (repaired, text) => {
    const lines = linesOf({ ...entry, what: 'repair', changes: [], repaired });
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(`anna@ops1 ${text} (tested in lab)`);
  });
});
