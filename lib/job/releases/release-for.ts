import { describedRelease } from '../../catalog/described';
import { findRelease, type Release, releaseOf } from '../../catalog/releases';
import type { BuildRequest } from '../build-request';

type OfRelease = Pick<BuildRequest, 'release' | 'about'>;

/**
 * The release that an order is for: one of the catalogue, or as the order describes it.
 * @throws UnknownRelease (misuse) where nothing says its version; BadInput (misuse) for a description that contradicts itself
 */
export function releaseFor({ release, about }: OfRelease): Release {
  return about === undefined ? releaseOf(release) : describedRelease(release, about);
}

/** Whether what an order is for is known, without a look at a stream. */
export function isDescribed({ release, about }: OfRelease): boolean {
  return findRelease(release) !== undefined || about?.version !== undefined;
}

/** The sources of what is known of a release, in words: `catalogue`, `stream and distro-info`. */
export function toldBy({ release, about }: OfRelease): string {
  const catalogue = findRelease(release) === undefined ? [] : ['catalogue'];
  const others = about === undefined ? [] : about.sources.length === 0 ? ['mirror.yaml'] : about.sources;
  return [...catalogue, ...others].join(' and ');
}
