import { foreignLine, printable, progressMark } from './output/printable';

/** Prints a line of progress, which the engine that runs a build shows to whoever waits. */
export function progress(text: string): void {
  // Names of packages and releases are in it: one with a line end would be two lines.
  write(`${progressMark} ${printable(text.replaceAll('\n', ' '))}`);
}

/** Writes a line to the log of the build, which may be a foreign program's. */
export function logLine(text: string): void {
  write(text.split('\n').map(foreignLine).join('\n'));
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
