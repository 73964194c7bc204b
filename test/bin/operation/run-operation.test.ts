import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../../bin/command-line';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';

/** Types a command for a stack, which refuses it before it asks AWS. */
async function typed(...words: string[]) {
  const terminal = keptTerminal();
  return { ...terminal, code: await main([...words, '--stack', 'MaasMirror'], terminal) };
}

test('refuses a key for a stack, whose functions have their own', async () => {
  const { code, errLines } = await typed('hold', 'stable', 'noble', '--key', '/root/key.asc');
  expect([code, ...errLines]).toEqual([
    ...[2, 'stack: MaasMirror', 'error: --key cannot be used with --stack'],
    '  the functions of the stack sign with its own key',
  ]);
});

test('refuses to do what a whole configuration says for a stack, whose scheduler does it', async () => {
  const config = join(temporaryFolder(), 'mirror.yaml');
  writeFileSync(config, 'views: { stable: { promote: { from: candidate } } }\n');
  const { code, errLines } = await typed('promote', '--config', config);
  expect([code, ...errLines]).toEqual([
    ...[2, 'error: promote: --stack promotes one view at a time'],
    '  name both views; the scheduler of the stack does what its configuration says',
  ]);
});
