/** Prints a line of progress, which the engine that runs a build shows to whoever waits. */
export function progress(text: string): void {
  logLine(`:: ${text}`);
}

/** Writes a line to the log of the build. */
export function logLine(text: string): void {
  process.stdout.write(`${text}\n`);
}
