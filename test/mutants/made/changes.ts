import { Instrumenter } from '@stryker-mutator/instrumenter';
import { switchText } from './switch-text';

/** One small change of a source file: a condition turned round, a text emptied, a block removed. */
export interface Change {
  /** By which the switch in the code knows it. Counted through all files: good for one state of the sources only. */
  readonly id: string;
  /** Relative to the root of the repository. */
  readonly file: string;
  /** What of the program is changed: `EqualityOperator`, `StringLiteral`, … */
  readonly kind: string;
  /** The whole line that it begins in, without what it is indented by. */
  readonly line: string;
  /** Counted from 1. */
  readonly lineNumber: number;
  /** Where in the file's text it begins and ends, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly original: string;
  readonly replacement: string;
}

export interface Changed {
  readonly changes: readonly Change[];
  /** The text of each file with all changes in it, each behind its switch. */
  readonly switched: ReadonlyMap<string, string>;
}

/**
 * Finds everything that can be changed in these sources and puts all of it into them, each change behind a switch.
 * @param sources texts by path
 */
export async function changesIn(sources: ReadonlyMap<string, string>): Promise<Changed> {
  const files = [...sources].map(([name, content]) => ({ name, content, mutate: true }));
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: true };
  const result = await new Instrumenter(silent).instrument(files, options);
  const changes = result.mutants.map(({ id, fileName, mutatorName, replacement, location }): Change => {
    const text = sources.get(fileName) ?? '';
    const [from, to] = [offsetOf(text, location.start), offsetOf(text, location.end)];
    return {
      ...{ id, file: fileName, kind: mutatorName, from, to },
      line: text.split('\n')[location.start.line]?.trim() ?? '',
      lineNumber: location.start.line + 1,
      original: text.slice(from, to),
      replacement,
    };
  });
  return { changes, switched: new Map(result.files.map(({ name, content }) => [name, withSwitch(content)])) };
}

/** The text of a file in which one change is made, as a person would have made it. */
export function madeIn(text: string, { from, to, replacement }: Change): string {
  return text.slice(0, from) + replacement + text.slice(to);
}

function offsetOf(text: string, { line, column }: { readonly line: number; readonly column: number }): number {
  let start = 0;
  for (let passed = 0; passed < line; passed++) start = text.indexOf('\n', start) + 1;
  return start + column;
}

/** A first line that names an interpreter stays the first. */
function withSwitch(text: string): string {
  if (!text.startsWith('#!')) return `${switchText}\n${text}`;
  const end = text.indexOf('\n') + 1;
  return `${text.slice(0, end)}${switchText}\n${text.slice(end)}`;
}

const silent = {
  ...{ isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false },
  ...{ isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false },
  ...{ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore },
};

function ignore(): void {}
