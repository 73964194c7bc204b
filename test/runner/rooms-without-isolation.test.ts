import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sharedRooms } from './settings';
import { slowTests } from './slow-tests';

const test = join(__dirname, '..');

/** Ways to change a process for all files that run in it. `vi.stubEnv` and spies are undone after each test. */
const changes =
  /\bprocess\.(?:chdir|umask|on)\b|\bprocess\.env(?:\.\w+|\[[^\]]*\]) = |\bdelete process\.env\b|\bvi\.(?:mock|doMock|stubGlobal|useFakeTimers)\b|\bglobalThis\b/;

const changesIn = (text: string) => text.split('\n').filter((line) => changes.test(line));

it.each(sharedRooms)('no test of %s changes the process that it shares with others', (room) => {
  const files = readdirSync(join(test, room), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );

  expect(files.length).toBeGreaterThan(4);
  for (const file of files) expect(changesIn(readFileSync(join(test, room, file), 'utf8')), file).toEqual([]);
});

/** Those that put back what they change before they end. */
const restoring = [
  'test/machine/boot/unit-progress.test.ts', // timers
  'test/machine/gpgv.test.ts', // PATH
  'test/machine/secrets/key-file.test.ts', // umask
];

it('no test that shares a process in test:fast only changes it, but for those that put it back', () => {
  const slow = new Set(slowTests(join(test, '..')));
  const files = ['fixtures', 'house', 'machine', 'stages', 'store']
    .flatMap((room) =>
      readdirSync(join(test, room), { recursive: true, encoding: 'utf8' }).map((file) => `test/${room}/${file}`),
    )
    .filter((file) => file.endsWith('.test.ts') && !slow.has(file));

  const changing = files.filter((file) => changesIn(readFileSync(join(test, '..', file), 'utf8')).length > 0);
  expect(changing.sort()).toEqual(restoring);
});

it.each([
  'delete process.env.AWS_REGION;',
  "process.chdir('/tmp');",
  'process.umask(0o077);',
  "process.on('SIGINT', stop);",
  "process.env.AWS_REGION = 'eu-west-1';",
  'process.env[name] = value;',
  "vi.mock('node:fs');",
  "vi.stubGlobal('fetch', never);",
  'vi.useFakeTimers();',
  'globalThis.fetch = never;',
])('refuses %s', (line) => {
  expect(changesIn(`it('is', () => {\n  ${line}\n});`)).toHaveLength(1);
});

it('lets a test read variables, set them by stubEnv, and hand others to a program', () => {
  expect(changesIn("vi.stubEnv('A', 'b');\nconst env = { ...process.env, A: process.env.B };")).toEqual([]);
});
