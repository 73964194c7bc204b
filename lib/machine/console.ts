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
    unfinished = lines.pop() ?? '';
    // What has no end would be looked at again with each piece of it.
    if (unfinished.length > longestLine) {
      lines.push(unfinished);
      unfinished = '';
    }
    for (const line of lines.map(printable)) {
      onLine(line);
      const verdict = judge(line);
      if (verdict !== undefined) return verdict;
    }
    const verdict = judge(printable(unfinished));
    if (verdict === undefined) continue;
    onLine(printable(unfinished));
    return verdict;
  }
  if (unfinished !== '') onLine(printable(unfinished));
  return undefined;
}

/** Characters. */
const longestLine = 64 * 1024;

/** Consoles are full of colours and cursor moves. */
function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return line.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|\u001b[()][A-Z0-9]|[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
