/** A paragraph of a deb822 file, as apt reads it. */
export interface Paragraph {
  /** Exactly as in the file. */
  readonly text: string;
  /**
   * Values by lower-case name; the last one wins. Continuation lines are joined by line feeds; ` .` is an empty line.
   */
  readonly fields: ReadonlyMap<string, string>;
  /** The first line that is not a field, for messages. */
  readonly odd?: string;
}

/**
 * The paragraphs of a file that have fields. As in apt (2.6, apt-pkg/tagfile.cc), lines end with LF or CRLF, a line that
 * begins with # is a comment, even within a value, and only an empty line ends a paragraph: a line of blanks continues
 * the value before it.
 */
export function paragraphsOf(text: string): Paragraph[] {
  const lines = text.split('\n').map(withoutReturns);
  const paragraphs: string[][] = [[]];
  for (const line of lines) {
    if (line === '') paragraphs.push([]);
    else paragraphs.at(-1)?.push(line);
  }
  return paragraphs.flatMap((one) => {
    const meant = one.filter((line) => !line.startsWith('#'));
    return meant.length === 0 ? [] : [{ text: `${one.join('\n')}\n`, ...fieldsOf(meant) }];
  });
}

function withoutReturns(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end--;
  return line.slice(0, end);
}

function fieldsOf(lines: readonly string[]): Omit<Paragraph, 'text'> {
  const fields = new Map<string, string>();
  const trimmed = () => new Map([...fields].map(([name, value]) => [name, value.trimEnd()]));
  let current = '';
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) {
      const more = line.slice(1).trimEnd();
      if (current === '' && more !== '') return { fields: trimmed(), odd: line };
      if (current !== '') fields.set(current, `${fields.get(current)}\n${more === '.' ? '' : more}`);
    } else if (/^[!-9;-~]+[ \t]*$/.test(line.slice(0, Math.max(colon, 0)))) {
      current = line.slice(0, colon).trimEnd().toLowerCase();
      fields.set(current, line.slice(colon + 1).trim());
    } else return { fields: trimmed(), odd: line };
  }
  return { fields: trimmed() };
}
