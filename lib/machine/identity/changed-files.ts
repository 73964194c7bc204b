import type { Inside } from '../tree/inside/inside';

/** A regular file of an overlay's upper folder. */
export interface ChangedFile {
  /** Relative to the tree. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** The regular files that were written, new ones and changed ones; a file that was removed is a device there. */
export function* changedFiles(upper: Inside, folder = ''): Generator<ChangedFile> {
  for (const { name, kind, size } of upper.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (kind === 'folder' && !passing.includes(path)) yield* changedFiles(upper, path);
    else if (kind === 'file' && !isCompiled(path)) yield { path, size };
  }
}

/** What Python makes of a package's file at its installation holds the texts of that file: an example of a key, in tests. */
const isCompiled = (path: string) => /\/__pycache__\/[^/]+\.pyc$/.test(path);

/**
 * What cleaning an image puts back as a whole (lib/machine/apt/clean-image.ts), what is no part of it, and dpkg's own folder: scripts
 * with a key in their text are on every machine, and without them their package cannot be removed.
 */
const passing = [
  ...['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'var/tmp', 'var/log'],
  ...['var/lib/apt/lists', 'var/cache/apt', 'var/cache/debconf', 'var/lib/dpkg'],
];
