import type { Inside } from '../tree/inside/inside';

/** A regular file in an overlay's upper folder. */
export interface ChangedFile {
  /** Path in the tree. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** The new and changed regular files. Removed files are character devices there. */
export function* changedFiles(upper: Inside, folder = ''): Generator<ChangedFile> {
  for (const { name, kind, size } of upper.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (kind === 'folder' && !passing.includes(path)) yield* changedFiles(upper, path);
    else if (kind === 'file' && !isCompiled(path)) yield { path, size };
  }
}

/** Bytecode that Python compiles at installation contains the strings of its source, such as example keys in tests. */
const isCompiled = (path: string) => /\/__pycache__\/[^/]+\.pyc$/.test(path);

/**
 * Folders that cleaning an image restores as a whole (lib/machine/apt/clean-image.ts), folders that are not part of it,
 * and dpkg's own: scripts that contain a key are the same on every machine, and dpkg needs them to remove the package.
 */
const passing = [
  ...['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'var/tmp', 'var/log'],
  ...['var/lib/apt/lists', 'var/cache/apt', 'var/cache/debconf', 'var/lib/dpkg'],
];
