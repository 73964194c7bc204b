import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../bin/command-line';
import { keptTerminal } from './terminal/kept-terminal';

const pages = ['README.md', ...readdirSync('docs').map((page) => join('docs', page))].filter((page) =>
  page.endsWith('.md'),
);

/** Lines of code blocks, and code within sentences, that call the command line; without what a shell takes for itself. */
function linesOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/\\\n\s*/g, '');
  const blocks = text.split('```').filter((_, at) => at % 2 === 1);
  const sentences = text.split('```').filter((_, at) => at % 2 === 0);
  const inline = sentences.flatMap((sentence) => [...sentence.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
  return [...blocks.flatMap((block) => block.split('\n')), ...inline]
    .map((line) =>
      line
        .replaceAll(/\s+/g, ' ')
        .replace(/^(?:[\d*]+ ){5}root cd \S+ && |^\s*(?:[$#] |sudo |ExecStart=\/usr\/bin\/)?/, ''),
    )
    .filter((line) => /^(?:npx )?maas-mirror [a-z-]/.test(line));
}

/** The words of a line, as a shell splits them. */
function wordsOf(line: string): string[] {
  const command = line.replace(/^(?:npx )?maas-mirror /, '').replace(/(?: #| \||;).*$/, '');
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

/** The command line, whose commands do nothing. */
function parses(words: readonly string[]): string {
  const terminal = keptTerminal();
  const program = programOf(terminal, () => {});
  const silence = (command: Command) => {
    if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => {});
    command.commands.forEach(silence);
  };
  program.commands.forEach(silence);
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if ((error as { exitCode?: number }).exitCode !== 0) return terminal.errLines.join('\n') || String(error);
  }
  return '';
}

const lines = pages.flatMap((page) => linesOf(page).map((line) => [page, line] as const));

describe('the documented command lines', () => {
  it('are found on the pages', () => {
    expect(lines.length).toBeGreaterThan(60);
    expect(new Set(lines.map(([page]) => page))).toContain('docs/views.md');
  });

  it.each(lines.filter(([, line]) => !isName(line)))('of %s are right: %s', (_, line) => {
    expect(parses(wordsOf(line))).toBe('');
  });

  it('are told apart from wrong ones', () => {
    expect(parses(['hold', 'candidate', 'noble', '--untill', 'x'])).toContain("unknown option '--untill'");
    expect(parses(['hold', 'candidate'])).toContain("missing required argument 'release'");
    expect(parses(['promot', 'a', 'b'])).toContain("unknown command 'promot'");
  });
});

/** A line that describes all commands, or only names one: `maas-mirror keyring rotate`. */
function isName(line: string): boolean {
  return line.includes(' VERB') || /^(?:npx )?maas-mirror [a-z]+(?: [a-z]+)?$/.test(line);
}
