/** A signal that Ctrl-C and SIGTERM raise, so that what runs can end its children first. */
export function interruptible(): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.on('SIGINT', abort).on('SIGTERM', abort).on('SIGHUP', abort);
  return {
    signal: controller.signal,
    end: () => {
      process.off('SIGINT', abort).off('SIGTERM', abort).off('SIGHUP', abort);
    },
  };
}
