import { foreignLine, printable, progressMark } from './output/printable';

/** Prints a progress line, which the engine that runs a build shows to its user. */
export function progress(text: string): void {
  // The text contains names of packages and releases; a line end in one would start a second line.
  write(`${progressMark} ${printable(text.replaceAll('\n', ' '))}`);
}

/** Writes a line to the build log. The line may come from a foreign program. */
export function logLine(text: string): void {
  write(text.split('\n').map(foreignLine).join('\n'));
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
