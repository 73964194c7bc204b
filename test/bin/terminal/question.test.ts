import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import '../../fixtures/needs-seconds';

const terminal = join(__dirname, '../../../dist/bin/terminal/terminal.js');

/** Asks on a terminal of its own, and types an answer. @returns what the terminal shows, and how it ended */
async function asked(answer: string): Promise<{ shown: string; code: number | null }> {
  const ask = `require(${JSON.stringify(terminal)}).processTerminal().confirm('delete it?').then((yes) => console.log(yes))`;
  const words = [process.execPath, '-e', ask].map((word) => `'${word.replaceAll("'", `'"'"'`)}'`);
  const child = spawn('script', ['-qefc', words.join(' '), '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = shown.includes('[y/N] ');
    shown += text;
    if (!before && shown.includes('[y/N] ')) child.stdin.write(answer);
  });
  const [code] = await once(child, 'close');
  return { shown: stripVTControlCharacters(shown), code };
}

it('asks on a terminal, and takes only y and yes for a yes', async () => {
  expect((await asked('y\r')).shown).toMatch(/delete it\? \[y\/N\] y\s+true\s*$/);
  expect((await asked('ye\r')).shown).toMatch(/\sfalse\s*$/);
});

it('ends as interrupted where Ctrl-C answers, without an error', async () => {
  const { shown, code } = await asked('\u0003');

  expect(code).toBe(130);
  expect(shown.trim()).toBe('delete it? [y/N]');
});
