import { foreignLine } from '../output/printable';

/**
 * Reports the unit that a booting machine has started last: the first at once, then the latest every ten seconds, to show
 * progress or where the boot hangs.
 * @param tell receives `Started ssh.service - OpenBSD Secure Shell server.`
 */
export function unitProgress(tell: (text: string) => void): Disposable & { readonly onLine: (line: string) => void } {
  let newest: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tellNewest = () => {
    timer = undefined;
    if (newest === undefined) return;
    tell(newest);
    newest = undefined;
    timer = setTimeout(tellNewest, interval);
  };
  return {
    onLine: (line) => {
      newest = startedUnit(line) ?? newest;
      if (timer === undefined) tellNewest();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

const interval = 10_000;

/** The message about a unit in a console line, in the format of any systemd release. */
export function startedUnit(line: string): string | undefined {
  const [found] = /\b(?:Started|Finished|Reached target) \S.{0,160}/.exec(line) ?? [];
  return found === undefined ? undefined : foreignLine(found).trim();
}
