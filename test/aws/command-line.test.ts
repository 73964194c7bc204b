import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maasMirror } from '../build/cli';
import { appFolder, cdk, startAccount } from './deployed';
import type { MiniStack } from './mini-stack';

let home: string;
let account: MiniStack;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'command-line-'));
  account = await startAccount(home);
  const app = appFolder(join(home, 'app'), { views: { candidate: { releases: ['noble'] } } });
  await cdk(account, app, 'deploy', '--require-approval', 'never');
}, 600_000);
afterAll(async () => {
  await account?.[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

const command = (...words: string[]) => maasMirror([...words, '--stack', 'MaasMirror'], { env: account.env });

describe('the command line, of a stack that was deployed', () => {
  it('finds all well but the build, which the emulator does not run', async () => {
    const { code, out } = await command('doctor', '--no-build');

    expect(out.split('\n').map((line) => line.slice(0, 15).trim())).toEqual([
      '✓ credentials',
      '✓ bootstrap',
      '✓ stack',
      '',
    ]);
    expect(out).toMatch(/CREATE_COMPLETE, serves https:\/\/\w+\.cloudfront\.net\//);
    expect(code).toBe(0);
  });

  it('starts a build, follows it to its end, and shows it afterwards', async () => {
    const before = await command('status');
    expect(before.out).toMatch(/\nnothing was built yet\n\nnothing is published here yet\n$/);

    // Step Functions of the emulator start no builds, so it ends when the first is wanted.
    const build = await command('build', 'noble', '--no-bootloaders', '--stream', 'http://127.0.0.1:1/');

    expect(build.code).toBe(1);
    expect(build.err).toMatch(/^building noble into view candidate of the stack MaasMirror: noble-\d{8}T\d{6}-\w{8}\n/);
    expect(build.err).toMatch(/\n\S+: \["amd64: [\w.]+"\]\n$/); // the emulator calls all errors of functions alike
    const [, name] = /: (noble-\S+)/.exec(build.err) ?? [];
    expect((await command('status')).out).toMatch(new RegExp(`\\n${name} +noble +candidate +FAILED `));
  });
});
