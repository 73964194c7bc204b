import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';

/** Runs the app as the CDK does. @returns what it prints, and its exit code */
async function appWith(context: string) {
  const said: string[] = [];
  const { exitCode } = process;
  vi.resetModules();
  vi.stubEnv('CDK_CONTEXT_JSON', context);
  vi.stubEnv('CDK_OUTDIR', temporaryFolder());
  vi.spyOn(console, 'error').mockImplementation((line) => void said.push(String(line)));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    process.exitCode = exitCode;
  });
  await import('../../bin/app.js');
  return { said, code: process.exitCode };
}

it('refuses a configuration in words, and says what to do', async () => {
  const config = join(temporaryFolder(), 'mirror.yaml');
  writeFileSync(config, 'views: { candidate: { releases: [nobel] } }\n');

  const { said, code } = await appWith(JSON.stringify({ config }));

  expect(said).toEqual([expect.stringMatching(/^error: .*nobel.*\n {2}\S/)]);
  expect(code).toBe(2);
});

it('refuses with its stack what nobody foresaw', async () => {
  await expect(appWith('no JSON')).rejects.toThrow(SyntaxError);
});
