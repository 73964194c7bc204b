import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { type Call, callsOf, straceTo } from '../traced';
import { startWriterUnder } from './writer-process';
import '../../fixtures/needs-root';

const said = ['created', 'copied', 'adopted', 'exposed', 'replaced', 'has its key'];

describe('a power cut', () => {
  it('finds no name whose bytes are not on the disk, and none missing of which somebody was told', async () => {
    const [root, trace] = [temporaryFolder(), join(temporaryFolder(), 'trace')];

    expect((await startWriterUnder(straceTo(trace), root, 'nameAll').ended).lines).toEqual(said);

    const { named, told, lost } = lostBy(callsOf(trace), root);
    expect(lost).toEqual([]);
    expect(told).toEqual(said);
    expect(named.filter((path) => !path.startsWith(join(root, '.store/tmp')))).toEqual(
      expect.arrayContaining(
        [
          ...['pool/noble/amd64/squashfs', 'pool/noble/amd64/boot-kernel', 'pool/jammy/squashfs', 'candidate/noble'],
          ...['candidate/index', '.store/generations/candidate%2Findex/3', 'keys/signing-key.asc'],
        ].map((path) => join(root, path)),
      ),
    );
  });

  it.each([
    ['create1', 'pool/noble/squashfs'],
    ['replace1', 'index'],
    ['key1', 'signing-key.asc'],
  ])('refuses to name what the disk does not take: %s', async (what, path) => {
    const root = temporaryFolder();
    for (const folder of ['.store/tmp', dirname(path)]) mkdirSync(join(root, folder), { recursive: true });
    const failing = ['strace', '--quiet=all', '-f', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO'];

    const { code, errors } = await startWriterUnder(failing, root, what, 'text').ended;

    expect([code, errors]).toEqual([1, expect.stringContaining('EIO')]);
    expect(existsSync(join(root, path))).toBe(false);
    expect(readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())).toEqual([]);
  });
});

/**
 * What a power cut could take at the worst moment: a name of a file whose bytes were not synced, and a name that was not
 * synced with its folder before the next one was given or somebody was told. What waits in .store/tmp may go.
 */
function lostBy(calls: readonly Call[], root: string): { named: string[]; told: string[]; lost: string[] } {
  const [named, told, lost]: [string[], string[], string[]] = [[], [], []];
  const whole = new Set<string>();
  let unsafe: string[] = [];
  const requireSafe = (before: string) => {
    lost.push(...unsafe.map((path) => `${path} before ${before}`));
    unsafe = [];
  };
  const give = (path: string, from: string) => {
    if (!whole.has(from)) lost.push(`the bytes of ${path}`);
    whole.add(path);
    if (path.startsWith(join(root, '.store/tmp/')) || isEmptied(path, named)) return;
    requireSafe(path);
    named.push(path);
    unsafe.push(path);
  };

  for (const { name, words } of calls) {
    const paths = words.filter((path) => path === root || path.startsWith(`${root}/`));
    const [first = '', second = ''] = paths;
    const line = (words[1] ?? '').replace(/\\n$/, '');
    if (/^f(data)?sync$/.test(name)) {
      whole.add(first);
      unsafe = unsafe.filter((path) => dirname(path) !== first);
    } else if (/^(link|rename)/.test(name) && second !== '') {
      give(second, first);
    } else if (/^(symlink|mkdir)/.test(name) && first !== '') {
      named.push(first);
      unsafe.push(first);
    } else if (paths.length > 0) {
      whole.delete(first);
    } else if (said.includes(line)) {
      requireSafe(line);
      told.push(line);
    }
  }
  return { named, told, lost };
}

/** An old generation that loses its bytes has its name already, and either form will do. */
const isEmptied = (path: string, named: readonly string[]) => path.includes('/generations/') && named.includes(path);
