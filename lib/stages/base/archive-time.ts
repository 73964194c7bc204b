import { MirrorError } from '../../errors';
import { inReleaseTime, verifiedNames } from '../../machine/apt/in-release';
import { inside } from '../../machine/tree/inside/inside';
import { type NamedText, textsIn } from '../../machine/tree/inside/lists';
import { splitClearsigned } from '../../simplestreams/openpgp/split-clearsigned';

/**
 * Debian has no image serial: the date of its newest repository is used instead, in seconds since 1970.
 * @param inReleases of all repositories; undefined for one that could not be read
 * @returns undefined if the date of any of them is unknown
 */
export function archiveTime(inReleases: readonly (string | undefined)[]): number | undefined {
  const times = inReleases.map((text) => (text === undefined ? undefined : inReleaseTime(text)));
  return times.includes(undefined) || times.length === 0 ? undefined : Math.max(...(times as number[]));
}

/**
 * The same from the files that apt verified, and only from their signed part.
 * @param lists folder with apt's lists
 * @throws NotReady
 */
export function verifiedTime(lists: string): number {
  const time = archiveTime(textsIn(inside(lists), '', verifiedNames).map(signedPartOf));
  if (time !== undefined) return time;
  throw new MirrorError('NotReady', 'no InRelease or Release file of the archive has a Date', {
    hint: 'use another archive (--archive URL)',
  });
}

/** With this time, two builds on one day agree on every date, as on the serial. */
export function startOfDay(epoch: number): number {
  return epoch - (epoch % 86_400);
}

function signedPartOf({ name, text }: NamedText): string {
  return name.endsWith('_Release') ? text : splitClearsigned(Buffer.from(text)).text;
}
