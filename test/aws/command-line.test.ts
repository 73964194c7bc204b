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
});
afterAll(async () => {
  await account?.[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

const command = (...words: string[]) => maasMirror([...words, '--stack', 'MaasMirror'], { env: account.env });

describe('the command line, of a stack that was deployed', () => {
  it('finds all well but the quotas, the builds and the site, which the emulator does not have; Publish signs by KMS', async () => {
    const { code, out } = await command('doctor', '--no-build');

    expect(out.split('\n').flatMap((line) => (/^[✓✗]/.test(line) ? line.slice(0, 15).trim() : []))).toEqual([
      '✓ credentials',
      '✓ bootstrap',
      '✓ stack',
      '✗ quotas',
      '✓ signing',
      '✗ keyring',
    ]);
    expect(out).toMatch(/CREATE_COMPLETE, serves https:\/\/\w+\.cloudfront\.net\//);
    expect(out).toMatch(/Publish signs with key [0-9A-F]{40}\n/); // through the state machine, the function and KMS
    expect(code).toBe(1);
  });

  it('starts a build, follows it to its end, and shows it afterwards', async () => {
    const before = await command('status');
    expect(before.out).toMatch(/\nprobe-signing-\S+ .*SUCCEEDED.*\n\nnothing has been published yet\n$/);

    // Step Functions of the emulator start no builds, so it ends when the first is wanted.
    const build = await command('build', 'noble', '--no-bootloaders', '--stream', 'http://127.0.0.1:1/');

    expect(build.code).toBe(1);
    expect(build.err).toMatch(/^building noble into view candidate of the stack MaasMirror: noble-\d{8}T\d{6}-\w{8}\n/);
    expect(build.err).toMatch(/\n\S+: \["amd64: [\w.]+"\]\n$/); // the emulator calls all errors of functions alike
    const [, name] = /: (noble-\S+)/.exec(build.err) ?? [];
    expect((await command('status')).out).toMatch(new RegExp(`\\n${name} +noble +candidate +FAILED `));
  });
});
