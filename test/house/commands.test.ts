import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../bin/command-line';
import { keptTerminal } from '../bin/terminal/kept-terminal';

const root = join(__dirname, '../..');
const folder = join(root, 'bin/commands');

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .sort();

/** `keyring/rotate` of bin/commands/keyring/rotate.ts; `list` of reading/list.ts, since no command is called `reading`. */
function wordsOf(file: string): string {
  return files.includes(dirname(file)) ? file : basename(file);
}

/** Those that --help lists: `rotate` is `keyring rotate` by another name. */
const shown = (parent: Command) => parent.createHelp().visibleCommands(parent);

/** `keyring/rotate` of the words `keyring rotate`. Commander adds `help` to families by itself. */
function typed(parent: Command, words = ''): string[] {
  const own = shown(parent).filter((one) => words === '' || one.name() !== 'help');
  return own.flatMap((one) => [`${words}${one.name()}`, ...typed(one, `${words}${one.name()}/`)]);
}

describe('the command line', () => {
  it('has a file for each command, named by what is typed, and no other files among them', () => {
    expect(typed(programOf(keptTerminal(), () => {})).sort()).toEqual(files.map(wordsOf).sort());
  });

  it.each(files)('registers one command in the file of %s', async (file) => {
    const exported = Object.entries(await import(join(folder, `${file}.ts`)));
    const adds = exported.filter(([name]) => name.startsWith('add')).map(([, add]) => add as AddCommand);
    const parent = new Command().helpCommand(false);
    for (const add of adds) add(parent, keptTerminal(), () => {});

    expect(adds).toHaveLength(1);
    expect(shown(parent).map((one) => one.name())).toEqual([basename(file)]);
  });

  it('holds the run of each command in the file of its options', () => {
    const silent = files.filter((file) => {
      const text = readFileSync(join(folder, `${file}.ts`), 'utf8');
      return !text.includes('.action(') && !files.some((other) => other.startsWith(`${file}/`));
    });

    expect(silent).toEqual([]);
  });

  it('loads no package but the one that reads the words, until a command runs', () => {
    const script = `require(${JSON.stringify(join(root, 'dist/bin/command-line.js'))}); console.log(JSON.stringify(Object.keys(require.cache)))`;
    const loaded: string[] = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
    const packages = loaded.flatMap((file) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);

    expect(loaded.map((file) => relative(root, file))).toContain('dist/bin/commands/build.js');
    expect([...new Set(packages)]).toEqual(['commander']);
  });
});

type AddCommand = (parent: Command, terminal: ReturnType<typeof keptTerminal>, done: (code: number) => void) => void;
