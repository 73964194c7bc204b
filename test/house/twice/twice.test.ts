import { describe, expect, it } from 'vitest';
import { codeLines } from './code-lines';
import { exceptions } from './exceptions';
import { twiceFaults } from './faults';

const run = `export async function keyOf(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  if (bytes.length > 4096) throw new Error('it is too long');
  for (const line of bytes.toString().split('\\n')) {
    check(line, path);
  }
  log(\`read \${path}\`);
  return bytes;
}`;

/** The same with other names, strings and numbers. */
const alike = run
  .replaceAll('bytes', 'content')
  .replaceAll('path', 'file')
  .replace('keyOf', 'wordsOf')
  .replace('4096', '80')
  .replace('too long', 'empty')
  .replace('read ', 'got ');

const lists = { reason: 'a list' };

describe('code that is in two places', () => {
  it('has both places, the first line and what to do told', async () => {
    const sources = { 'lib/a.ts': `import { a } from 'a';\n\n${run}\n`, 'lib/b.ts': `// Why.\n${run}\n` };
    expect(await faultsOf(sources)).toEqual([
      expect.stringMatching(
        /^7 lines stand twice: lib\/a\.ts:3-10 and lib\/b\.ts:2-9\n {2}from: export async function keyOf.*\n.*one of them serve both.*\n {2}\{ files: \['lib\/a\.ts', 'lib\/b\.ts'\]/,
      ),
    ]);
  });

  it('is found in the same shape, with other names, strings and numbers', async () => {
    const sources = { 'lib/a.ts': run, 'lib/b.ts': alike };
    expect(await faultsOf(sources)).toEqual([
      expect.stringMatching(/^7 lines stand in the same shape twice.*: lib\/a\.ts:1-8 and lib\/b\.ts:1-8\n/),
    ]);
  });

  it('is found within a file, and with comments and empty lines between', async () => {
    const between = run.replaceAll('\n', '\n\n  // a comment\n');
    expect(await faultsOf({ 'lib/a.ts': `${run}\nconst other = 1;\n${between}` })).toEqual([
      expect.stringContaining('lib/a.ts:1-8 and lib/a.ts:11-32'),
    ]);
  });

  it('is found in the third file where the second has only its beginning and its end', async () => {
    const lines = [...Array(14).keys()].map((n) => `call${n}(one, ${n});`);
    const sources = {
      'lib/a.ts': lines.slice(0, 8).join('\n'),
      'lib/b.ts': lines.slice(3).join('\n'),
      'lib/c.ts': lines.join('\n'),
    };
    expect(await faultsOf(sources)).toEqual([
      expect.stringContaining('lib/b.ts:1-11 and lib/c.ts:4-14'),
      expect.stringContaining('lib/a.ts:1-8 and lib/c.ts:1-8'),
    ]);
  });

  it.each([
    ['five lines', run.split('\n').slice(0, 5).join('\n'), run.split('\n').slice(0, 5).join('\n')],
    ['a list of one shape', listOf('one'), listOf('other')],
    ['a shape in which no word is the same', strange('n', 'a'), strange('m', 'b')],
    ['imports', `import {\n${listOf('one')}\n} from 'a';`, `import {\n${listOf('one')}\n} from 'b';`],
  ])('is not %s', async (_, one, other) => {
    expect(await faultsOf({ 'lib/a.ts': one, 'lib/b.ts': other })).toEqual([]);
  });

  it('may be listed with a reason, wherever its lines move', async () => {
    const exception = {
      files: ['lib/b.ts', 'lib/a.ts'],
      line: 'export async function keyOf(path: string): Promise<Buffer> {',
    } as const;
    const sources = { 'lib/a.ts': `\n\n\n${run}`, 'lib/b.ts': alike };
    expect(await faultsOf(sources, [{ ...exception, ...lists }])).toEqual([]);
  });

  it('refuses an exception that has nothing any more', async () => {
    const exception = { files: ['lib/a.ts', 'lib/b.ts'], line: 'const gone = 1;', ...lists } as const;
    expect(await faultsOf({ 'lib/a.ts': run, 'lib/b.ts': 'const other = 1;' }, [exception])).toEqual([
      expect.stringMatching(
        /^An exception is used no more: lib\/a\.ts and lib\/b\.ts .*\n {2}const gone = 1;\n {2}Take it out/,
      ),
    ]);
  });

  it('has a reason in words where it is listed', () => {
    expect(exceptions.filter(({ reason }) => reason.split(' ').length < 4)).toEqual([]);
  });
});

describe('a line of code', () => {
  it('keeps its number, and loses comments, names, strings and numbers', () => {
    const source =
      "import a from 'a';\n/* one\n two */\nconst n = `a${b // 'no'\n}c`; // three\n}\nif (/[/]x/.test(n)) f(1, 'http://x');";
    expect(codeLines(source)).toEqual([
      { line: 4, text: 'const n = `a${b', shape: 'const n = sn', words: 3 },
      { line: 5, text: '}c`;', shape: 's;', words: 1 },
      { line: 7, text: "if (/[/]x/.test(n)) f(1, 'http://x');", shape: 'if (r.n(n)) n(0, s);', words: 7 },
    ]);
  });
});

function listOf(name: string): string {
  return [...Array(10).keys()].map((n) => `  ${name}${n},`).join('\n');
}

/** Lines of six shapes, of which only the form is the same. */
function strange(name: string, other: string): string {
  const [a, b, c] = [`${name}1`, `${name}2`, `${other}3`];
  return `${a}(${b}, ${c});\n${b}.${c}(${a}.${b});\n${c} = ${a} + ${b};\n[${a}, ${b}] = ${c};\n${a}.${b} = ${c};\n${a}(${b}, ${c}, ${a});`;
}

async function faultsOf(
  sources: Readonly<Record<string, string>>,
  listed: Parameters<typeof twiceFaults>[1] = [],
): Promise<string[]> {
  return twiceFaults(new Map(Object.entries(sources)), listed);
}
