import { foreignLine } from '../output/printable';

/**
 * Tells of a booting machine which unit it has started last: the first one at once, then the newest one every ten seconds, so
 * that somebody who waits sees how far it is, or where it stays.
 * @param tell gets `Started ssh.service - OpenBSD Secure Shell server.`
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

/** What a line of a console says of a unit, as systemd of all releases says it. */
export function startedUnit(line: string): string | undefined {
  const [found] = /\b(?:Started|Finished|Reached target) \S.{0,160}/.exec(line) ?? [];
  return found === undefined ? undefined : foreignLine(found).trim();
}
