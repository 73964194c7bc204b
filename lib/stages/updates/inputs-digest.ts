import type { ImageSource } from '../../job/handed-on/results';
import { archivesDigest } from '../../machine/apt/in-release';
import { sha256Of } from '../../sha256';

/** What a build of images starts from. */
export interface StartingPoint {
  /** Digest of what is asked for. */
  readonly recipe: string;
  /** The sha256 of the InRelease files of all archives; undefined: one could not be read. */
  readonly archives: readonly (string | undefined)[];
  readonly base: string;
}

/**
 * One digest of it. Plan makes it of what it sees at the sources, Publish of what has gone in: a mirror's machines need
 * not agree, and only what has gone in may count as looked at.
 */
export function inputsDigest({ recipe, archives, base }: StartingPoint): string | undefined {
  const state = archivesDigest(archives);
  return state === undefined ? undefined : sha256Of([recipe, state, base].join('\n'));
}

/** A base image as it counts there. A Debian's is its archive. */
export function baseWord({ kind, sha256 }: Pick<ImageSource, 'kind' | 'sha256'>, serial: string): string {
  if (kind === 'bootstrap') return '';
  return kind === 'given' ? sha256 : `${serial} ${sha256}`;
}
