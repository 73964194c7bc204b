import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { maasMirror } from '../build/cli';
import { appFolder, cdk, startAccount } from './deployed';
it('shows', async () => {
  const home = mkdtempSync(join(tmpdir(), 'command-line-'));
  const out: string[] = [];
  await using account = await startAccount(home);
  const run = async (...words: string[]) => { const r = await maasMirror(words, { env: account.env }); out.push(`$ ${words.join(' ')}`, String(r.code), r.out, r.err ?? ''); writeFileSync('/tmp/doctor-aws.out', out.join('\n')); };
  await run('doctor');
  const app = appFolder(join(home, 'app'), { views: { candidate: { releases: ['noble'] } } });
  out.push(String(await cdk(account, app, 'deploy', '--require-approval', 'never').catch((e) => `FAILED ${e}`)));
  await run('doctor', '--stack', 'MaasMirror', '--no-build');
  await run('status', '--stack', 'MaasMirror');
}, 900_000);
