/* publication/names: names of versions, and who owns one. */

import { MirrorError } from '../../errors';
import { sortsAbove } from '../../simplestreams/version-order';

/**
 * Names for a version that is made now, in the order in which to try them: each sorts above `top`, so that the newest version
 * is the one that readers take. First `<stem>.HHMMSS` of this minute; if that does not sort above `top`, the shortest part of
 * `top` with the time appended. A bare serial is never a name of ours: others publish other bytes under it.
 * @param stem serial of the base image; for bootloaders the day, in UTC
 * @param top the highest name that one of the products ever had in the view
 */
export function* versionNames(stem: string, top: string | undefined, at: Date): Generator<string> {
  const times = secondsFrom(at);
  const named = times.map((time) => `${stem}.${time}`);
  yield* named.filter((name) => top === undefined || sortsAbove(name, top));
  if (top !== undefined) yield* namesAbove(top, at, stem);
}

/**
 * The name of a version that only moves: the shortest part of `top` with the time appended that sorts above it.
 * @param taken whether another version has this name
 * @throws VersionConflict if every name of this minute is taken
 */
export function nameAbove(top: string, at: Date, taken: (name: string) => boolean = () => false): string {
  for (const name of namesAbove(top, at)) if (!taken(name)) return name;
  throw new MirrorError('VersionConflict', `all version names for this minute above ${top} are in use`, {
    hint: 'run the command again in a minute',
  });
}

/** The day of a time, in UTC: `20261120`. The stem of what has no serial. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll('-', '');
}

/** The seconds of a minute, in the form used in names: `083000`, UTC. */
function secondsFrom(at: Date): string[] {
  const seconds = Array.from({ length: 60 }, (_, second) => new Date(at.getTime() + second * 1000));
  return seconds.map((second) => second.toISOString().slice(11, 19).replaceAll(':', ''));
}

function* namesAbove(top: string, at: Date, stem?: string): Generator<string> {
  const times = secondsFrom(at);
  const parts = top.split('.');
  const prefixes = parts.map((_, count) => parts.slice(0, count + 1).join('.')).filter((prefix) => prefix !== stem);
  for (const prefix of prefixes) {
    yield* times.map((time) => `${prefix}.${time}`).filter((name) => sortsAbove(name, top));
  }
}
