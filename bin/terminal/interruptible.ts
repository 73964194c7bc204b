import { constants } from 'node:os';

/**
 * An AbortSignal that Ctrl-C and SIGTERM trigger, so that child processes are ended first. A second Ctrl-C ends this process
 * immediately. That is safe: publishing is atomic, and mounts disappear with their namespaces.
 */
export function interruptible(): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(exitCode(1));
    raised ??= name;
    controller.abort();
  };
  const leave = () => controller.abort();
  working.add(leave);
  process.on('SIGINT', abort).on('SIGTERM', abort).on('SIGHUP', abort);
  return {
    signal: controller.signal,
    end: () => {
      working.delete(leave);
      process.off('SIGINT', abort).off('SIGTERM', abort).off('SIGHUP', abort);
    },
  };
}

/** Interrupts interruptible work whose output can no longer be written. @returns whether there is any */
export function interruptWork(reason?: NodeJS.Signals): boolean {
  if (working.size === 0) return false;
  raised ??= reason;
  for (const leave of working) leave();
  return true;
}

/** The exit code of a failure: after a signal the one that shells use, 130 or 143. */
export function exitCode(code: number): number {
  return code === 0 || raised === undefined ? code : 128 + constants.signals[raised];
}

/**
 * The exit code when the reader of standard output or standard error has left: 0 if it has read enough of a result. Work
 * that was interrupted, or could not report an error, failed: 141, as if SIGPIPE had ended it.
 */
export function exitCodeWithoutReader(isError: boolean): number {
  return raised === undefined && !isError ? 0 : 128 + constants.signals[raised ?? 'SIGPIPE'];
}

const working = new Set<() => void>();
let raised: NodeJS.Signals | undefined;
