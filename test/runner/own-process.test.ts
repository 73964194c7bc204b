import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { changingLines, filesOnTheirOwn } from './own-process';

const root = join(__dirname, '../..');

it('gives a test file that changes its process one of its own, and whole builds', () => {
  const tree = temporaryFolder();
  const files = {
    'bin/changes.test.ts': "process.chdir('/tmp');",
    'bin/reads.test.ts': 'const env = { ...process.env, A: process.env.B };',
    'build/image.test.ts': '',
    'schema.test.ts': '',
    'store/deep/lists.test.ts': "vi.stubEnv('A', 'b');",
    'store/maker.ts': 'process.umask(0o077);', // not a test
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, 'test', file)), { recursive: true });
    writeFileSync(join(tree, 'test', file), text);
  }

  expect(filesOnTheirOwn(tree)).toEqual([
    'test/bin/changes.test.ts',
    'test/build/image.test.ts',
    'test/schema.test.ts',
  ]);
});

/** They run before the tests, or in processes that tests start. */
const elsewhere = [
  'build/week/turned-clock.ts',
  'fixtures/umask.ts',
  'mutants/lane.ts',
  'mutants/made/switch-text.ts',
  'runner/base-programs.ts',
  'runner/own-temporary.ts',
  'store/directory/writer.ts',
];

it('finds no change of a process in what tests import', () => {
  const makers = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );

  const changing = makers.filter((path) => changingLines(readFileSync(join(root, 'test', path), 'utf8')).length > 0);
  expect(changing.sort()).toEqual(elsewhere);
});

it.each([
  'delete process.env.AWS_REGION;',
  "process.chdir('/tmp');",
  'process.umask(0o077);',
  "process.on('SIGINT', stop);",
  "process.emit('SIGINT', 'SIGINT');",
  "process.env.AWS_REGION = 'eu-west-1';",
  'process.env[name] = value;',
  "vi.mock('node:fs');",
  "vi.stubGlobal('fetch', never);",
  'vi.useFakeTimers();',
  'globalThis.fetch = never;',
  'const { signal } = interruptible();',
])('takes %s for a change of the process', (line) => {
  expect(changingLines(`it('is', () => {\n  ${line}\n});`)).toHaveLength(1);
});
