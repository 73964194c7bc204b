import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { makeLanes } from './lane';
import { type Change, changesIn } from './made/changes';
import type { Verdict } from './record';
import { openSuite } from './suite';
import { measure, tryAll } from './trial';

const files = {
  'lib/room/table.ts': "export const table = { a: 'first', b: 'second' };\n",
  'lib/room/count.ts': `export function countTo(end: number): number {
  let count = 0;
  while (count < end) count++;
  return count;
}

export function unused(): boolean {
  return true;
}
`,
  'test/fixtures/umask.ts': '',
  'test/room/count.test.ts': `import { expect, it } from 'vitest';
import { countTo } from '../../lib/room/count';
import { table } from '../../lib/room/table';

it('counts', () => {
  expect(countTo(3)).toBe(3);
  expect(table.a).toBe('first');
});
`,
};

it('says of each change of a small room whether its tests notice it', async () => {
  const folder = temporaryFolder();
  const [root, place, temporary] = [join(folder, 'root'), join(folder, 'place'), join(folder, 'temporary')];
  for (const made of [join(root, 'node_modules'), join(root, '.cache'), temporary])
    mkdirSync(made, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const programs = new Map(Object.entries(files).filter(([file]) => file.startsWith('lib/')));
  const { changes, switched } = await changesIn(programs);

  const lanes = await makeLanes(root, place, Object.keys(files), switched, [temporary], async () => {});
  const suites = await Promise.all(lanes.map((lane) => openSuite(lane, switched)));
  const limits = { slow: 60_000, budget: 60_000 };
  const measured = new Map();
  await measure(suites, new Map([['test/room/count.test.ts', 'state']]), {}, limits, (test, seen) => {
    measured.set(test, seen);
  });
  const wanted = [
    ['count < end', 'false'], // a wrong result
    ['count++', 'count--'], // a loop without an end
    ["'first'", '""'], // evaluated when the file is loaded
    ["'second'", '""'], // evaluated, and nothing asserts it
    ['true', 'false'], // reached by no test
  ] as const;
  const chosen = wanted.map(([original, replacement]) => {
    return changes.find((one) => one.original === original && one.replacement === replacement) as Change;
  });
  const verdicts = new Map<string, Verdict>();
  await tryAll(suites, root, chosen, measured, limits, 'all', ({ original }, verdict) => {
    verdicts.set(original, verdict);
  });
  await Promise.all(suites.map((suite) => suite.close()));

  const noticed = { noticed: true, by: 'test/room/count.test.ts', reached: 1 };
  expect(Object.fromEntries(verdicts)).toMatchObject({
    'count < end': noticed,
    'count++': noticed,
    "'first'": noticed,
    "'second'": { noticed: false, reached: 1 },
    true: { noticed: false, reached: 0 },
  });
});
