/* machine/output: makes the output of programs safe to print. */

import { withoutPasswords } from '../../errors';

/** Maximum bytes of a printed line. */
export const longestLine = 64 * 1024;

/** Prefix of our progress lines, which distinguishes them from other output. */
export const progressMark = '::';

/**
 * Makes a line safe for a log: removes terminal control sequences, text that a carriage return overwrites, and characters
 * that change the text direction and so can disguise a text.
 */
export function printable(line: string): string {
  let end = line.length; // a regular expression takes hours for a megabyte of returns before a letter
  while (line[end - 1] === '\r') end--;
  const text = line.slice(0, end);
  return text
    .slice(text.lastIndexOf('\r') + 1)
    .replaceAll(sequences, '')
    .replaceAll(controls, '');
}

/** {@link printable} for each line. */
export function printableText(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Makes a line from a foreign program printable, removes passwords in URLs and prevents forged progress lines. */
export function foreignLine(line: string): string {
  const shown = withoutPasswords(printable(line));
  return shown.startsWith(progressMark) ? ` ${shown}` : shown;
}

/** {@link foreignLine} for each line of a text with foreign parts: messages, ends of logs. */
export function foreignText(text: string): string {
  return text.split('\n').map(foreignLine).join('\n');
}

/** Colours and cursor moves; titles, links and other hidden strings; character set changes. */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090-\u009f]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{1,8}[0-~]/g;

/** C0 except the tab, DEL, C1; bidirectional controls; Unicode line separators, which some viewers treat as line ends. */
const controls = /(?!\t)[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu;
