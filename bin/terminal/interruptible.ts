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
  process.on('SIGINT', abort).on('SIGTERM', abort).on('SIGHUP', abort);
  return {
    signal: controller.signal,
    end: () => {
      process.off('SIGINT', abort).off('SIGTERM', abort).off('SIGHUP', abort);
    },
  };
}

/** The exit code of a failure: after a signal the one that shells use, 130 or 143. */
export function exitCode(code: number): number {
  return code === 0 || raised === undefined ? code : 128 + constants.signals[raised];
}

let raised: NodeJS.Signals | undefined;
