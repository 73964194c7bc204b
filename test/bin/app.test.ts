import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

it('says what to do also where the package was not built, which no check at synth foresees', () => {
  const folder = temporaryFolder();
  for (const path of [
    'package.json',
    'dist/lib',
    'dist/assets/config',
    'buildspecs',
    'dist/bin/app.js',
    'dist/bin/check-node.js',
  ]) {
    cpSync(path, join(folder, path), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const env = { PATH: process.env.PATH, CDK_OUTDIR: join(folder, 'out') };

  const { stderr, status } = spawnSync(process.execPath, ['dist/bin/app.js'], { cwd: folder, env, encoding: 'utf8' });

  expect(stderr).toMatch(
    /^error: the installation is incomplete: \S+\/dist\/assets\/\S+ is missing\n {2}install the package again \(in a clone: npm run build\)\n$/,
  );
  expect(status).toBe(1);
});

it('refuses with its stack what nobody foresaw', async () => {
  await expect(appWith('no JSON')).rejects.toThrow(SyntaxError);
});
