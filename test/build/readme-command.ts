import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { MirrorRow } from '../../lib/operations/list';
import { maasMirror } from './cli';

const root = join(__dirname, '../..');

/** Scripts of package.json. */
export const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** What `npm run mirror` runs, into another folder and to its end: the last of equal options counts. */
export function mirrorWords(folder: string, ...more: readonly string[]): string[] {
  const command = scripts.mirror?.split('node dist/bin/maas-mirror.js ')[1] ?? '';
  return [...command.split(' '), '--mirror', join(folder, 'mirror'), '--no-serve', ...more];
}

/** The environment in which all that it keeps is in one folder. */
export const mirrorEnv = (folder: string) => ({ XDG_DATA_HOME: join(folder, 'data') });

/**
 * Builds Debian as the README says, from this machine's own archive.
 * @param summary what `verify` is to count
 */
export async function expectMirror(folder: string, words: readonly string[], summary: string): Promise<void> {
  const { code, out, err } = await maasMirror(words, { env: mirrorEnv(folder) });
  expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  expect(out).toMatch(/^✓ bookworm: amd64: published version \d{8}\.\d{6}$/m);
  expect(out).toMatch(/^ {2}fingerprint {2}[0-9A-F]{40}$/m);

  const verified = await maasMirror(['verify', join(folder, 'mirror')]);
  expect(verified.out.split('\n')[0]).toContain(`✓ candidate: ${summary}`);
  expect(verified.code).toBe(0);
}

/** Expects these kernels, and no others, to be published, and each to have booted. */
export async function expectBooted(folder: string, kernels: readonly string[]): Promise<void> {
  // The whole console of every boot is kept, up to what cloud-init reported from the running system.
  const [run = ''] = readdirSync(join(folder, 'mirror.work/logs'));
  const listed = JSON.parse((await maasMirror(['list', join(folder, 'mirror'), '--json'])).out) as MirrorRow[];
  expect(listed.map(({ kernel }) => kernel).sort()).toEqual(kernels);
  for (const { kernel, kernelVersion } of listed) {
    const log = readFileSync(join(folder, 'mirror.work/logs', run, `BootTest-amd64-${kernel}.log`), 'utf8');
    expect(log).toContain(`Linux version ${kernelVersion} `);
    expect(log).toMatch(/maas-mirror-boot [0-9a-f]{16} kernel=\S+ root=overlay modules=present/);
  }
}
