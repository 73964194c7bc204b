/* machine/output: output of programs, made safe to show. */

import { withoutPasswords } from '../../errors';

/** Bytes of a line that is shown. */
export const longestLine = 64 * 1024;

/** What the lines of our own progress begin with, by which whoever follows a build tells them from others. */
export const progressMark = '::';

/**
 * A line as a log may have it: what a terminal would take for a command is left out, and what a line has overwritten
 * before its end. Letters that turn the direction of writing show another text than is there.
 */
export function printable(line: string): string {
  let end = line.length; // an expression for this takes hours for a megabyte of returns before a letter
  while (line[end - 1] === '\r') end--;
  const text = line.slice(0, end);
  return text
    .slice(text.lastIndexOf('\r') + 1)
    .replaceAll(sequences, '')
    .replaceAll(controls, '');
}

/** {@link printable}, line by line. */
export function printableText(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A line that a foreign program has printed: printable, without passwords of addresses, and no progress of ours. */
export function foreignLine(line: string): string {
  const shown = withoutPasswords(printable(line));
  return shown.startsWith(progressMark) ? ` ${shown}` : shown;
}

/** Lines that foreign programs have a part in: messages, tails of logs. */
export function foreignText(text: string): string {
  return text.split('\n').map(foreignLine).join('\n');
}

/** Colours, moves of the cursor; titles, links, and all else that a terminal hides until its end; changes of letters. */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090-\u009f]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{1,8}[0-~]/g;

/** All of C0 except the tab, DEL, C1; marks of direction; separators that some viewers end a line by. */
const controls = /(?!\t)[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu;
