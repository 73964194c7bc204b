import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { startWriter } from './writer-process';

const names = ['a', 'b', 'c', 'd'];

/** Has four processes commit so often each to one directory. @throws where a commit is lost, or something is left */
export async function commitAtOnce(count: number): Promise<void> {
  const root = folderInMemory();
  const writers = names.map((name) => startWriter(root, 'append', name, `${count}`));

  for (const writer of writers) expect(await writer.ended).toMatchObject({ code: 0, errors: '' });

  const entries = readFileSync(join(root, 'index'), 'utf8').trimEnd().split('\n');
  const expected = names.flatMap((name) => Array.from({ length: count }, (_, n) => `${name}-${n}`));
  expect([...entries].sort()).toEqual([...expected].sort());
  expect(readdirSync(join(root, '.store/tmp'))).toEqual([]);
}
