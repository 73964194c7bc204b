import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

// As CommonJS: its other form imports a file without its ending, which Node refuses.
const { detectClones } = createRequire(__filename)('jscpd') as typeof import('jscpd');

/** Words from a line of a file on that are found in another place, too, or again in the same file. */
export interface Clone {
  readonly from: { readonly file: string; readonly line: number };
  /** Where the first of them are; the next may be in a third place. */
  readonly to: { readonly file: string; readonly line: number };
  /** The line in `from.file` of the first word that is not among them. */
  readonly end: number;
}

/**
 * What jscpd finds.
 * @param lines of words, by path
 * @param fewest words that a clone has
 */
export async function clonesOf(lines: ReadonlyMap<string, readonly string[]>, fewest: number): Promise<Clone[]> {
  const folder = mkdtempSync(join(tmpdir(), 'twice-')); // jscpd reads files
  try {
    let files = 0;
    for (const [file, words] of lines) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      // A word of its own at the end: jscpd leaves out the last window.
      writeFileSync(join(folder, file), [...words, `end${files++}`].join('\n'));
    }
    const clones = await detectClones({
      ...{ path: [folder], absolute: true, format: ['typescript'], formatsExts: { typescript: ['ts', 'mts'] } },
      ...{ minTokens: fewest, minLines: fewest - 1, maxLines: 1_000_000, maxSize: '100mb' },
      ...{ gitignore: false, reporters: [], silent: true },
    });
    return clones.map(({ duplicationA: one, duplicationB: other }) => ({
      from: { file: relative(folder, one.sourceId), line: one.start.line },
      to: { file: relative(folder, other.sourceId), line: other.start.line },
      end: one.end.line,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
