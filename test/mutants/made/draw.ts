import { createHash } from 'node:crypto';
import type { Change } from './changes';

/** The room that a file is in: a folder of lib, or bin; none for what stands at the top of lib. */
export function roomOf(file: string): string | undefined {
  const [top, room, ...rest] = file.split('/');
  if (top === 'bin') return 'bin';
  return top === 'lib' && rest.length > 0 ? room : undefined;
}

/**
 * Names changes so that the name survives moves of lines: by file, line, original and replacement, and where one line
 * has the same twice, by which of them it is.
 */
export function namesOf(changes: readonly Change[]): Map<Change, string> {
  const seen = new Map<string, number>();
  return new Map(
    changes.map((change) => {
      const words = [change.file, change.line, change.original, change.replacement];
      const name = createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 12);
      const before = seen.get(name) ?? 0;
      seen.set(name, before + 1);
      return [change, before === 0 ? name : `${name}.${before}`];
    }),
  );
}

/**
 * Draws so many of them by a seed. A smaller count draws the beginning of what a larger one draws, and whether a change
 * comes before another depends on these two only: other code that is written since moves neither.
 */
export function drawn<T>(all: readonly T[], nameOf: (one: T) => string, seed: string, count: number): T[] {
  const ranked = all.map((one) => ({
    one,
    rank: createHash('sha256')
      .update(`${seed}\0${nameOf(one)}`)
      .digest('hex'),
  }));
  return ranked
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ one }) => one);
}
