import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Ways to change a process for all files that run in it. `vi.stubEnv` and spies are undone after each test. A signal that
 * a test emits is remembered by `interruptible` until the process ends.
 */
const changes =
  /\bprocess\.(?:chdir|umask|on|emit)\b|\bprocess\.env(?:\.\w+|\[[^\]]*\]) = |\bdelete process\.env\b|\bvi\.(?:mock|doMock|stubGlobal|useFakeTimers)\b|\bglobalThis\b|\binterruptible\(/;

/** Lines that change the process which they run in. */
export const changingLines = (text: string): string[] => text.split('\n').filter((line) => changes.test(line));

/** Rooms whose test files each have a process: they build whole images, or vitest itself is what they test. */
const apart = /^test\/(?:[^/]*|(?:aws|boots|builds?|models|mutants|package|peers|runner|timed|upgrade)\/.*)$/;

/** Test files that need a process of their own, relative to the repository. All others share a few. */
export function filesOnTheirOwn(root: string): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => `test/${path}`)
    .filter((file) => apart.test(file) || changingLines(readFileSync(join(root, file), 'utf8')).length > 0)
    .sort();
}
