import { readdirSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { expect, it } from 'vitest';
import { dividedBy } from './settings';
import { slowTests } from './slow-tests';

const root = join(__dirname, '../..');

it('runs every test file either in a shared process or in its own', () => {
  const { shared, apart } = dividedBy(slowTests(root));
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => `test/${path}`);

  const matches = (file: string, patterns: readonly string[]) => patterns.some((pattern) => matchesGlob(file, pattern));
  const times = files.map((file) => {
    const inShared = matches(file, shared.include) && !matches(file, shared.exclude);
    return [file, Number(inShared) + Number(matches(file, apart.include))];
  });

  expect(files.length).toBeGreaterThan(200);
  expect(times.filter(([, count]) => count !== 1)).toEqual([]);
});

it('shares no process with what needs root or seconds, except in rooms that leave nothing behind', () => {
  const { shared, apart } = dividedBy(['test/machine/mounts.test.ts', 'test/job/long.test.ts', 'test/bin/x.test.ts']);

  expect(shared.exclude).toEqual(['test/machine/mounts.test.ts']);
  expect(apart.include).toContain('test/machine/mounts.test.ts');
  expect(apart.include).not.toContain('test/job/long.test.ts');
});
