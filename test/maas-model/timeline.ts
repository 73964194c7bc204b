import type { Followed, Moment } from './sites';

/** What machines get, in words, by kernel; bootloaders by theirs. */
export type Said = Readonly<Record<string, string>>;

/**
 * What machines of sites get after an operation, one line per site and kernel: at once, after 10 and 70 minutes, when what was
 * begun by then is downloaded, and in the end.
 */
export function timelineText(
  followed: Readonly<Record<string, Pick<Followed, 'at'>>>,
  saidOf: (moment: Moment) => Said,
): string {
  const rows = Object.entries(followed).flatMap(([start, { at }]) => {
    const moments = [at.now, at.after10, at.after70, at.downloaded, at.settled].map(saidOf);
    const kernels = [...new Set(moments.flatMap((said) => Object.keys(said)))];
    return kernels.map((kernel) => [start, kernel, ...moments.map((said) => said[kernel] ?? 'none')]);
  });
  const table = [['site', '', 'now', '10 minutes', '70 minutes', 'downloaded', 'settled'], ...rows];
  return table
    .map(
      (row) =>
        `${row
          .map((cell) => cell.padEnd(16))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}
