import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { run } from '../../lib/machine/run';

export interface SeenFolders extends Disposable {
  /** Those of executions that have come into the work folder, in their order. */
  readonly names: readonly string[];
}

/** Watches for the folders of executions, which are gone when a build has ended. */
export function seenFolders(work: string): SeenFolders {
  const names = new Set<string>();
  const runs = join(work, 'runs');
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const watcher = watch(runs, (_, name) => void (name !== null && names.add(name)));
  return {
    get names() {
      return [...names];
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}

/** The random part of the folders is in no file of these folders and in none of these texts. */
export async function expectUntold(names: readonly string[], folders: readonly string[], texts: string): Promise<void> {
  const secrets = names.map((name) => name.slice(name.lastIndexOf('-') + 1));
  expect(secrets).toEqual(secrets.map(() => expect.stringMatching(/^[0-9a-f]{16}$/)));
  for (const secret of secrets) {
    const found = await run(['sh', '-c', 'grep -rlaF "$@" || [ $? = 1 ]', 'grep', '-e', secret, ...folders], {
      quiet: true,
    });
    expect(found).toBe('');
    expect(texts).not.toContain(secret);
  }
}
