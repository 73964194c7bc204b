import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBuildLog } from '../../../lib/local/codebuild/build-log';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** A log that these chunks were written to: its file, the lines that were told, and its tail. */
async function logged(...chunks: readonly (string | Buffer)[]) {
  const path = join(temporaryFolder(), 'deep/er/Fetch.log');
  const lines: string[] = [];
  await using log = await openBuildLog(path, (line) => lines.push(line));
  for (const chunk of chunks) await log.write(Buffer.from(chunk));
  return { path: log.path, lines, tail: log.tail(), text: await readFile(path, 'utf8') };
}

test('a log is made with the folders above it, and has every byte', async () => {
  const { path, text } = await logged('one\ntw', 'o\nthree');

  expect(path).toMatch(/deep\/er\/Fetch\.log$/);
  expect(text).toBe('one\ntwo\nthree');
});

test('lines are told once they are whole, also letters that two chunks have a part of', async () => {
  const [ae] = [Buffer.from('ä')];

  expect((await logged('one\ntw', 'o\n', ae.subarray(0, 1), ae.subarray(1), '\nrest')).lines).toEqual([
    'one',
    'two',
    'ä',
  ]);
});

test('the tail ends with what has no newline yet, and is empty where nothing was written', async () => {
  expect((await logged('one\ntwo')).tail).toEqual(['one', 'two']);
  expect((await logged('one\ntwo\n')).tail).toEqual(['one', 'two']);
  expect((await logged()).tail).toEqual([]);
});

test('the tail has the last twenty lines, the unfinished one among them, each cut after 400 letters', async () => {
  const numbers = Array.from({ length: 25 }, (_, at) => String(at + 1));

  expect((await logged(`${numbers.join('\n')}\n`)).tail).toEqual(numbers.slice(5));
  expect((await logged(`${numbers.join('\n')}\nrest`)).tail).toEqual([...numbers.slice(6), 'rest']);
  expect((await logged(`${'x'.repeat(401)}\n${'y'.repeat(400)}`)).tail).toEqual(['x'.repeat(400), 'y'.repeat(400)]);
});

test('the tail shows what a terminal would have shown, and passes no commands on to one', async () => {
  expect((await logged('\u001b[31mred\u001b[0m\n10 %\r20 %\n')).tail).toEqual(['red', '20 %']);
});

test('a line without end does not fill the memory', async () => {
  const { lines, text } = await logged('x'.repeat(70_000), 'y\n');

  expect(lines).toEqual([`${'x'.repeat(64 * 1024)}y`]);
  expect(text).toHaveLength(70_002);
});

test('refuses to go on where the disk is full', async () => {
  await using log = await openBuildLog('/dev/full', () => undefined);

  await expect(log.write(Buffer.from('x'))).rejects.toMatchObject({
    name: 'DiskFull',
    message: expect.stringContaining('/dev/full'),
  });
});
