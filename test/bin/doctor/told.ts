/** The line that begins with a word, and the hint below it. */
export function told(
  lines: readonly string[],
  beginning: string,
): { line: string | undefined; next: string | undefined } {
  const at = lines.findIndex((line) => line.startsWith(beginning));
  return { line: lines[at], next: lines[at + 1]?.trim() };
}
