/** Characters in a line of a result, whatever the terminal has: results are compared, mailed and put into tickets. */
export const lineWidth = 80;

/** Two texts at the two ends of a line, or on two lines. */
export function leftAndRight(left: string, right: string): string[] {
  const gap = lineWidth - left.length - right.length;
  return gap >= 2 ? [`${left}${' '.repeat(gap)}${right}`] : [left, `  ${right}`];
}

/** Words in lines; a word that is too long for a line has one of its own. */
export function wrapped(text: string, indent = 0, first = indent): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(first);
  let isEmpty = true;
  for (const word of text.split(' ')) {
    const longer: string = isEmpty ? `${line}${word}` : `${line} ${word}`;
    if (isEmpty || longer.length <= lineWidth) {
      [line, isEmpty] = [longer, false];
      continue;
    }
    lines.push(line.trimEnd());
    [line, isEmpty] = [`${' '.repeat(indent)}${word}`, word === ''];
  }
  return [...lines, line.trimEnd()];
}
