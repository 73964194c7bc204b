import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { viewLines, viewsLines } from '../../bin/reading/views-text';
import { mirror as layout } from '../../lib/job/layout';
import { viewsOfMirror } from '../../lib/operations/views-of-mirror';
import { statePathOf } from '../../lib/publication/state/state-document';
import { operatorKey, operatorWith } from '../bin/operation/operator';
import { folderInMemory } from '../fixtures/temporary-folder';

let key: string;
beforeAll(async () => {
  key = await operatorKey();
});

test('views are listed with their kinds, sources, newest versions and sizes', async () => {
  const { store, publish, type } = await operatorWith(key, folderInMemory());
  await publish('20261120.083000');
  await publish('20261125.083000');
  await type('promote', 'candidate', 'stable', 'noble');
  await type('view', 'create', 'lab-2', '--from', 'stable');
  await type('snapshot', 'candidate', '2026-11');
  await type('hold', 'candidate', 'noble', '--at', '20261120.083000', '--reason', 'freeze');

  const views = await viewsOfMirror(store);
  const shown = viewsLines(views);
  expect(shown.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    'VIEW KIND FROM NEWEST SIZE',
    'candidate built recipe 20261120.083000 0.0 MB',
    'lab-2 selected follows stable 20261125.083000 0.0 MB',
    'snapshots/2026-11 frozen candidate 20261125.083000 0.0 MB',
    'stable promoted promoted by hand 20261125.083000 0.0 MB',
  ]);
  const [candidate] = views;
  expect(candidate).toMatchObject({ view: 'candidate', kind: 'built', pending: 1, withdrawals: 0 });
  expect(candidate?.downloads).toEqual([
    { release: 'noble', architecture: 'amd64', all: expect.any(Number), fresh: expect.any(Number) },
  ]);
  expect(candidate === undefined ? [] : viewLines(candidate)).toContainEqual(
    expect.stringMatching(/^ {2}held +noble: held since \d{4}-\d\d-\d\d \(freeze\)$/),
  );
});

test('a view whose state is lost has no kind that anyone knows', async () => {
  const { store, publish, type, mirror } = await operatorWith(key, folderInMemory());
  await publish('20261120.083000');
  await type('promote', 'candidate', 'stable', 'noble');
  const index = JSON.parse(readFileSync(join(mirror, layout.plainIndex('stable')), 'utf8'));
  rmSync(join(mirror, 'stable', statePathOf(index, layout.index('stable')) ?? ''));

  const views = await viewsOfMirror(store);
  expect(views.map(({ view, kind }) => [view, kind])).toEqual([
    ['candidate', 'built'],
    ['stable', undefined],
  ]);
  const lost = views.slice(1);
  expect(viewsLines(lost)[1]).toMatch(/^stable +unknown +unreadable: run verify /);
  expect(lost.flatMap(viewLines).slice(0, 2)).toEqual(['stable (unknown)', '  from         unreadable: run verify']);
});

test('refuses a view that is not there', async () => {
  const { store, publish } = await operatorWith(key, folderInMemory());
  await publish('20261120.083000');
  await expect(viewsOfMirror(store, ['stabel'])).rejects.toMatchObject({
    ...{ name: 'NoSuchView', message: `${store.name} has no view "stabel"`, misuse: true },
    hint: '`maas-mirror view list` lists its views',
  });
});
