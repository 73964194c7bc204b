import { findRelease } from '../../catalog/releases';
import { isNewer } from '../../job/releases/buildable-releases';
import type { ReleaseFacts } from '../../job/releases/facts';
import type { Sources } from '../../job/sources/sources';
import { streamOf } from '../sources/search';
import { type DescribeBench, factsOfStream } from './described-request';
import { streamReleases } from './stream';

/** The releases of a stream that the catalogue does not have. */
export interface NewReleases {
  readonly releases: readonly { readonly name: string; readonly facts: ReleaseFacts }[];
  /** Releases that it describes incorrectly, and the fault. */
  readonly odd: readonly { readonly name: string; readonly fault: string }[];
}

/**
 * Reads the releases that are newer than the catalogue's from the signed stream of cloud images.
 * @throws BadSignature, BadFormat, DownloadFailed
 */
export async function newReleases(sources: Sources, bench: Omit<DescribeBench, 'distroInfo'>): Promise<NewReleases> {
  const { stream, ...search } = await streamOf({ ...bench, request: { sources } });
  const { releases, odd } = await streamReleases(stream, search);
  const isNew = ({ name, version }: { readonly name: string; readonly version: string }) =>
    findRelease(name) === undefined && isNewer(version);
  return {
    releases: releases.filter(isNew).map((one) => ({ name: one.name, facts: factsOfStream(one) })),
    odd: odd.filter(isNew),
  };
}
