import { constants } from 'node:os';

/**
 * A signal that Ctrl-C and SIGTERM raise, so that what runs can end its children first. A second one ends this process
 * at once: what is published is whole at any moment, and what was mounted goes with its namespaces.
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

/** The exit code of what did not end well: as shells count it, 130 and 143, where a signal has ended it. */
export function exitCode(code: number): number {
  return code === 0 || raised === undefined ? code : 128 + constants.signals[raised];
}

let raised: NodeJS.Signals | undefined;
