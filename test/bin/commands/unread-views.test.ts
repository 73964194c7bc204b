import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runList } from '../../../bin/commands/reading/list';
import { runViewList } from '../../../bin/commands/view/list';
import { runViewShow } from '../../../bin/commands/view/show';
import { mirror as layout } from '../../../lib/job/layout';
import { viewsOfMirror } from '../../../lib/operations/views-of-mirror';
import { parseIndex } from '../../../lib/simplestreams/json';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';
import { type KeptTerminal, keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

/** Two whole views, and one that is broken between them. */
async function threeViews(breakIt: (root: string) => void) {
  const mirror = temporaryFolder();
  for (const view of ['candidate', 'next', 'stable']) await makeSmallMirror(mirror, { signer, view });
  breakIt(mirror);
  return mirror;
}

function documentOf(root: string): string {
  const bytes = readFileSync(join(root, layout.index('next')));
  const [{ path = '' } = {}] = Object.values(parseIndex(splitClearsigned(bytes).text, 'index').index);
  return join(root, layout.document('next', path));
}

const lists = {
  list: (mirror: string, terminal: KeptTerminal, json = false) => runList({ mirror, json }, terminal),
  'list --all': (mirror: string, terminal: KeptTerminal, json = false) =>
    runList({ mirror, json, all: true }, terminal),
  'view list': (mirror: string, terminal: KeptTerminal, json = false) => runViewList({ mirror, json }, terminal),
};

describe.each(Object.entries(lists))('%s', (_, list) => {
  it.each<[string, (root: string) => void, string]>([
    ['lacks a document', (root) => rmSync(documentOf(root)), 'but its index lists it'],
    [
      'has a document that cannot be read',
      (root) => writeFileSync(documentOf(root), 'no document'),
      '.sjson: it does not begin with',
    ],
    ['lacks its index', (root) => rmSync(join(root, layout.index('next'))), `has no ${layout.index('next')}`],
    [
      'has an index that cannot be read',
      (root) => writeFileSync(join(root, layout.index('next')), 'no index'),
      'index.sjson',
    ],
  ])('lists all views except one that %s, which a warning names, and ends with 1', async (__, breakIt, why) => {
    const mirror = await threeViews(breakIt);
    const [people, programs] = [keptTerminal(), keptTerminal()];

    expect(await list(mirror, people)).toBe(1);
    const said = people.outLines.join('\n');
    expect([said.includes('candidate'), said.includes('next'), said.includes('stable')]).toEqual([true, false, true]);
    const warned = people.errLines.map((line) => line.trim()).join(' ');
    expect(warned).toMatch(/^warning: next is left out: /);
    expect(warned).toContain(why);
    expect(people.errLines).toContain(`    maas-mirror verify next --mirror ${mirror}`);
    expect(people.errLines).toContain(`    maas-mirror repair next --dry-run --mirror ${mirror}`);

    expect(await list(mirror, programs, true)).toBe(1);
    const views = (JSON.parse(programs.outLines.join('\n')) as { view: string }[]).map(({ view }) => view);
    expect([...new Set(views)]).toEqual(['candidate', 'stable']);
    expect(programs.errLines).toEqual(people.errLines);
  });

  it('does not say that nothing was published where no view can be read', async () => {
    const mirror = temporaryFolder();
    await makeSmallMirror(mirror, { signer, view: 'next' });
    rmSync(documentOf(mirror));
    const [people, programs] = [keptTerminal(), keptTerminal()];
    expect([await list(mirror, people), await list(mirror, programs, true)]).toEqual([1, 1]);
    expect([people.outLines, programs.outLines]).toEqual([[], ['[]']]);
  });

  it('ends with 0 and warns of nothing where all can be read', async () => {
    const terminal = keptTerminal();
    expect(await list(await threeViews(() => {}), terminal)).toBe(0);
    expect(terminal.errLines).toEqual([]);
  });
});

it('refuses to list or show the one view that is named and cannot be read', async () => {
  const mirror = await threeViews((root) => rmSync(join(root, layout.index('next'))));
  const missing = { name: 'NoSuchObject', message: expect.stringContaining(`has no ${layout.index('next')}`) };
  await expect(runList({ mirror, view: 'next' }, keptTerminal())).rejects.toMatchObject(missing);
  await expect(runViewShow({ mirror, word: 'next' }, keptTerminal())).rejects.toMatchObject(missing);
  expect(await runViewShow({ mirror, word: 'stable' }, keptTerminal())).toBe(0);
});

it('refuses to go on after an error of the store', async () => {
  const store = Object.assign(new MemoryStore(), { read: () => Promise.reject(new Error('gone')) });
  await expect(viewsOfMirror(store, ['stable'], () => {})).rejects.toThrow('gone');
});
