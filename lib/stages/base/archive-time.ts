import { MirrorError } from '../../errors';
import { inReleaseTime, verifiedNames } from '../../machine/apt/in-release';
import { inside } from '../../machine/tree/inside/inside';
import { type NamedText, textsIn } from '../../machine/tree/inside/lists';
import { splitClearsigned } from '../../simplestreams/openpgp/split-clearsigned';

/**
 * Debian has no image serial: what counts is when the newest of its parts was written, in seconds since 1970.
 * @param inReleases of all parts; undefined: it could not be read
 * @returns undefined where that is not known of each of them
 */
export function archiveTime(inReleases: readonly (string | undefined)[]): number | undefined {
  const times = inReleases.map((text) => (text === undefined ? undefined : inReleaseTime(text)));
  return times.includes(undefined) || times.length === 0 ? undefined : Math.max(...(times as number[]));
}

/**
 * The same by the files that apt has verified, without what anybody may have written around what is signed.
 * @param lists folder with apt's lists
 * @throws NotReady
 */
export function verifiedTime(lists: string): number {
  const time = archiveTime(textsIn(inside(lists), '', verifiedNames).map(signedPartOf));
  if (time !== undefined) return time;
  throw new MirrorError('NotReady', 'the archive has no InRelease or Release file with a Date', {
    hint: 'give another archive with --archive URL',
  });
}

/** Two builds on one day then agree on every date, as the serial does. */
export function startOfDay(epoch: number): number {
  return epoch - (epoch % 86_400);
}

function signedPartOf({ name, text }: NamedText): string {
  return name.endsWith('_Release') ? text : splitClearsigned(Buffer.from(text)).text;
}
