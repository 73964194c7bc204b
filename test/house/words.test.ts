import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { exceptions } from './words/exceptions';
import { type Found, findWords, patternOf } from './words/find';

const root = join(__dirname, '../..');
const pattern = patternOf(readFileSync(join(__dirname, 'words.txt'), 'utf8'));

/** What people read: programs with their messages and docstrings, pages, and descriptions in the schema. */
const read = ['lib', 'bin', 'buildspecs', 'docs', 'README.md', 'CONTRIBUTING.md', 'mirror.schema.json'];

function filesOf(place: string): string[] {
  const path = join(root, place);
  if (statSync(path).isFile()) return [place];

  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
}

const everyFound = read
  .flatMap(filesOf)
  .flatMap((file) => findWords(file, readFileSync(join(root, file), 'utf8'), pattern));

function isExcepted({ file, text }: Found): boolean {
  return exceptions.some((exception) => exception.file === file && text.includes(exception.line));
}

it('writes no word of words.txt in a message, a help text, a comment or a page', () => {
  const faults = everyFound
    .filter((found) => !isExcepted(found))
    .map(({ file, line, words, text }) => `${file}:${line}: "${words}" in: ${text}`);

  expect(faults).toEqual([]);
});

it('has no exception that nothing needs', () => {
  const unused = exceptions.filter(
    ({ file, line }) => !everyFound.some((found) => found.file === file && found.text.includes(line)),
  );

  expect(unused).toEqual([]);
});

it('finds a listed word in each kind of text, across lines, and in no name', () => {
  const program = [
    "import { x } from './news/look';",
    '/** Says who',
    ' * may read a mirror. */',
    "const besidesIt = 'given anew';",
    'throw new Error(`nobody ${x}, whoever`); // and besides',
  ].join('\n');

  expect(findWords('a.ts', program, pattern).map(({ line, words }) => [line, words])).toEqual(
    expect.arrayContaining([
      [2, 'who may read'],
      [4, 'anew'],
      [5, 'nobody'],
      [5, 'whoever'],
      [5, 'besides'],
    ]),
  );
  expect(findWords('a.ts', program, pattern)).toHaveLength(5);
  expect(findWords('a.md', 'The tree\nlies in a folder', pattern)).toMatchObject([{ line: 2, words: 'lies' }]);
});
