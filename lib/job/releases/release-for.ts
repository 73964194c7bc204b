import { describedRelease } from '../../catalog/described';
import { findRelease, type Release, releaseOf } from '../../catalog/releases';
import type { BuildRequest } from '../build-request';

type OfRelease = Pick<BuildRequest, 'release' | 'about'>;

/**
 * The release that a request is for: from the catalogue, or as the request describes it.
 * @throws UnknownRelease (misuse) where its version is unknown; BadInput (misuse) for a contradictory description
 */
export function releaseFor({ release, about }: OfRelease): Release {
  return about === undefined ? releaseOf(release) : describedRelease(release, about);
}

/** Whether the release of a request is known without reading a stream. */
export function isDescribed({ release, about }: OfRelease): boolean {
  return findRelease(release) !== undefined || about?.version !== undefined;
}

/** Where the facts about a release come from: `catalogue`, `stream and distro-info`. */
export function toldBy({ release, about }: OfRelease): string {
  const catalogue = findRelease(release) === undefined ? [] : ['catalogue'];
  const others = about === undefined ? [] : about.sources.length === 0 ? ['mirror.yaml'] : about.sources;
  return [...catalogue, ...others].join(' and ');
}
