import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where systemd has rules, in the kernel's own form. */
const systemds = ['/etc/binfmt.d', '/run/binfmt.d', '/usr/lib/binfmt.d'];

/** Where binfmt-support has formats, and QEMU its own up to Ubuntu 22.04. They are there without that package, too. */
const binfmtSupports = '/usr/share/binfmts';

export const ruleFolders: readonly string[] = [...systemds, binfmtSupports];

/**
 * The interpreters that packages of this machine describe, as lines for the kernel:
 * `:name:M:offset:magic:mask:interpreter:flags`
 */
export async function machineRules(root = '/'): Promise<string[]> {
  const rules: string[] = [];
  for (const folder of systemds) {
    for (const { text } of await textsIn(join(root, folder))) rules.push(...rulesOf(text));
  }
  for (const { name, text } of await textsIn(join(root, binfmtSupports))) rules.push(...ruleOfFormat(name, text));
  return rules;
}

async function textsIn(folder: string): Promise<{ readonly name: string; readonly text: string }[]> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8').catch(() => '') })),
  );
}

function rulesOf(text: string): string[] {
  return text.split('\n').filter((line) => /^[^#;\s]/.test(line));
}

/**
 * The rule that `update-binfmts --import` would register, which is not installed with `--no-install-recommends`.
 * @param text lines of a key and a value, see update-binfmts(8)
 * @returns none for a format that is recognised by the names of files, or by a program
 */
function ruleOfFormat(name: string, text: string): string[] {
  const values = new Map(text.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.replace(/^\S+ /, '')]));
  const { interpreter, magic, mask = '', offset = '0' } = Object.fromEntries(values);
  if (interpreter === undefined || magic === undefined || values.has('detector')) return [];
  const flags = Object.entries(flagNames).map(([key, flag]) => (values.get(key) === 'yes' ? flag : ''));
  return [`:${[name, 'M', offset, magic, mask, interpreter, flags.join('')].join(':')}`];
}

const flagNames = { credentials: 'C', preserve: 'P', fix_binary: 'F' };
