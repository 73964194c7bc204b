import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lib/machine/run';
import { type MiniStack, startMiniStack } from './mini-stack';

const root = join(__dirname, '../..');

/** An emulated account with a bootstrapped CDK. */
export async function startAccount(): Promise<MiniStack> {
  const account = await startMiniStack();
  try {
    await cdk(account, root, 'bootstrap', 'aws://000000000000/us-east-1');
    return account;
  } catch (error) {
    await account[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs the CDK's command line against an emulated account, as a user does in the folder of an app. */
export async function cdk({ env }: MiniStack, folder: string, ...words: string[]): Promise<string> {
  return run([process.execPath, join(root, 'node_modules/aws-cdk/bin/cdk'), ...words, '--ci', '--no-notices'], {
    cwd: folder,
    env: { ...process.env, ...env, CDK_DISABLE_VERSION_CHECK: '1' } as Record<string, string>,
    quiet: true,
  });
}

/** A folder with an app as the README describes one: `mirror.yaml` beside a `cdk.json`. */
export function appFolder(folder: string, config: object): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'mirror.yaml'), JSON.stringify(config));
  writeFileSync(
    join(folder, 'cdk.json'),
    JSON.stringify({ app: `${process.execPath} ${join(root, 'dist/bin/app.js')}` }),
  );
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
