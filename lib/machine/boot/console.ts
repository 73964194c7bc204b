import { longestLine, printable } from '../output/printable';

/** Result of a boot, as seen on its console. */
export type Verdict = { readonly started: string } | { readonly failed: string };

export interface ConsoleWatch {
  /** Judges a line, complete or not; undefined if it decides nothing. */
  readonly judge: (line: string) => Verdict | undefined;
  /** Receives every line once. */
  readonly onLine: (line: string) => void;
}

/** Reads the console until a verdict or its end. Judges incomplete lines, too, because a login prompt has no line end. */
export async function watchConsole(
  console: AsyncIterable<Buffer>,
  { judge, onLine }: ConsoleWatch,
): Promise<Verdict | undefined> {
  let unfinished = '';
  for await (const chunk of console) {
    const lines = (unfinished + chunk.toString('latin1')).split('\n');
    unfinished = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines.map(readable)) {
      onLine(line);
      const verdict = judge(line);
      if (verdict !== undefined) return verdict;
    }
    const verdict = judge(readable(unfinished));
    if (verdict === undefined) continue;
    onLine(readable(unfinished));
    return verdict;
  }
  if (unfinished !== '') onLine(readable(unfinished));
  return undefined;
}

/** Removes colours and cursor moves. Decodes UTF-8 per line, because a chunk may end within a character. */
function readable(line: string): string {
  const text = Buffer.from(line.slice(0, longestLine), 'latin1').toString();
  return printable(text.replaceAll('\r', '')); // keep the text before carriage returns, which may decide the verdict
}
