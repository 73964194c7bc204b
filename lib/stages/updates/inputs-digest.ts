import type { ImageSource } from '../../job/handed-on/results';
import { archivesDigest } from '../../machine/apt/in-release';
import { sha256Of } from '../../sha256';

/** What a build of images starts from. */
export interface StartingPoint {
  /** Digest of what is requested, and of how it is built. */
  readonly recipe: string;
  /** The sha256 of the InRelease files of all archives; undefined for one that could not be read. */
  readonly archives: readonly (string | undefined)[];
  readonly base: string;
}

/**
 * One digest of a starting point. Plan computes it from what it sees at the sources, Publish from what went in: the servers
 * of an archive may differ, and only what went in may count as checked.
 */
export function inputsDigest({ recipe, archives, base }: StartingPoint): string | undefined {
  const state = archivesDigest(archives);
  return state === undefined ? undefined : sha256Of([recipe, state, base].join('\n'));
}

/** A base image in that digest. A Debian base is determined by its archive. */
export function baseWord({ kind, sha256 }: Pick<ImageSource, 'kind' | 'sha256'>, serial: string): string {
  if (kind === 'bootstrap') return '';
  return kind === 'given' ? sha256 : `${serial} ${sha256}`;
}
