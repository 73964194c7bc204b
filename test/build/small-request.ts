import { join } from 'node:path';
import type { SmallRelease } from '../fixtures/images/small-release';

/** The words that order the small release, into `<folder>/mirror`. */
export function smallRequest(small: SmallRelease, archive: string, folder: string, kernels = 'cloud'): string[] {
  return [
    ...['build', small.release, '--arch', small.architecture, '--kernel', kernels],
    ...['--base', small.base, '--archive', archive, '--archive-keyring', small.keyring],
    ...['--mirror', join(folder, 'mirror')],
  ];
}

/** The environment in which everything that a build keeps lies in one folder. */
export function ownData(folder: string): Record<string, string> {
  return { XDG_DATA_HOME: join(folder, 'data') };
}
