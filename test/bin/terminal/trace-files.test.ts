import { rm } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { reportError } from '../../../bin/terminal/terminal';
import { traceFiles } from '../../../bin/terminal/trace-files';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from './kept-terminal';

it('says in debug mode who called, also of an error that Node gives no stack', async () => {
  onTestFinished(traceFiles());
  const terminal = keptTerminal();
  const error: unknown = await removeFolder().catch((thrown: unknown) => thrown);
  reportError(error, terminal, { MAAS_MIRROR_DEBUG: '1' });

  const said = terminal.errLines.join('\n');
  expect(said).toContain('rm returned EISDIR');
  expect(said).toMatch(/^ {4}at removeFolder .*trace-files\.test\.ts/m);
});

async function removeFolder(): Promise<void> {
  await rm(temporaryFolder(), { force: true });
}
