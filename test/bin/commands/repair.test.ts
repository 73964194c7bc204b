import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { operatorKey, operatorWith } from '../operation/operator';
import '../../fixtures/needs-seconds';

const key = operatorKey();
const [older, newer] = ['20261120.083000', '20261125.083000'];

/** A mirror with two versions, and its index before and after the second one. */
async function published() {
  const operator = await operatorWith(await key, folderInMemory());
  const path = join(operator.mirror, layout.index('candidate'));
  await operator.publish(older, {}, '2026-11-20T08:30:00Z');
  const first = readFileSync(path);
  await operator.publish(newer, {}, '2026-11-25T08:30:00Z');
  return { ...operator, path, first, second: readFileSync(path) };
}

test('a dry run shows which versions move if a restored index is kept', async () => {
  const { type, path, first } = await published();
  writeFileSync(path, first);
  const { code, outLines } = await type('repair', '--dry-run');
  expect(code).toBe(0);
  expect(outLines.slice(0, 5)).toEqual([
    'candidate: repair (dry run)',
    '  the restored index is taken as a rollback',
    '  noble amd64',
    `    ga-24.04   ${newer} -> ${older}`,
    `    hwe-24.04  ${newer} -> ${older}`,
  ]);
});

test.each([
  'repair --dry-run',
  'repair',
])('refuses an index that brings back what was withdrawn with exit code 4: %s', async (line) => {
  const { type, path, second } = await published();
  expect((await type('rollback', 'candidate', 'noble')).code).toBe(0);
  writeFileSync(path, second);
  const { code, errLines, outLines } = await type(...line.split(' '));
  expect(code).toBe(4);
  expect(errLines.join('\n')).toContain('error: the restored index of candidate cannot be kept: noble');
  expect(outLines).toEqual([]);
  expect(readFileSync(path).equals(second)).toBe(true);
});

test('a dry run that would repair one view, and is refused for another, ends as the command would', async () => {
  const { type, mirror, path, second } = await published();
  expect((await type('view', 'create', 'lab', '--from', 'candidate')).code).toBe(0);
  expect((await type('rollback', 'candidate', 'noble')).code).toBe(0);
  rmSync(join(mirror, layout.plainIndex('lab')));
  writeFileSync(path, second);

  const shown = await type('repair', '--dry-run');
  expect(shown.outLines).toContain('lab: repair (dry run)');
  expect(shown.outLines.join('\n')).toContain('the restored index of candidate cannot be kept');
  expect(shown.code).toBe(4);
  expect((await type('repair')).code).toBe(4);
  expect(existsSync(join(mirror, layout.plainIndex('lab')))).toBe(true);
});
