import { readdirSync } from 'node:fs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { runNamed } from '../../bin/run-stage';
import { temporaryFolder } from '../fixtures/temporary-folder';

it.each(['', 'fetsh', 'toString'])('refuses the name %j, and says which stages there are', async (name) => {
  const folder = temporaryFolder();
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
  onTestFinished(() => cwd.mockRestore());

  await expect(runNamed(name)).rejects.toMatchObject({
    name: 'BadInput',
    message: `unknown stage ${JSON.stringify(name)}`,
    hint: 'the stages are fetch, upgrade, prepare, extract, boot-test, bootloaders, probe',
    misuse: true,
  });
  expect(readdirSync(folder)).toEqual([]);
});
