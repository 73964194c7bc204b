import { longestLine, printable } from '../output/printable';

/** What a line of a console means for the boot that is watched. */
export type Verdict = { readonly started: string } | { readonly failed: string };

export interface ConsoleWatch {
  /** Says what a line means; undefined is nothing. Gets lines that are not finished, too. */
  readonly judge: (line: string) => Verdict | undefined;
  /** Gets every line, once. */
  readonly onLine: (line: string) => void;
}

/** Reads the console until a verdict or its end. A login prompt has no line end, so an unfinished line is judged, too. */
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

/** Consoles are full of colours and cursor moves. Letters of more than one byte may come in two pieces, lines do not. */
function readable(line: string): string {
  const text = Buffer.from(line.slice(0, longestLine), 'latin1').toString();
  return printable(text.replaceAll('\r', '')); // before them stands what is looked for, too
}
