/* stages/loaders: bootloaders and their packages. */

import { architectureOf } from '../../catalog/architectures';
import { type Bootloader, bootloaders } from '../../catalog/bootloaders';
import type { Repository } from '../../machine/apt/apt';

/** Where one of Ubuntu's two archives lies. */
export interface Archive {
  readonly uri: string;
  /** Path of a binary keyring. @default - what this machine's apt trusts */
  readonly keyring?: string | undefined;
}

/** The two archives, by what {@link architectureOf} calls them. */
export interface Archives {
  readonly archive: Archive;
  readonly ports: Archive;
}

/** The packages of one release and architecture, which are fetched together. */
export interface BootloaderSource {
  readonly release: string;
  readonly architecture: string;
  readonly packages: readonly string[];
  /** The InRelease files of all of them are what the bootloaders depend on. */
  readonly repositories: readonly Repository[];
}

/** All that is to be fetched for all bootloaders. */
export function bootloaderSources(archives: Archives): BootloaderSource[] {
  const sources = new Map<string, BootloaderSource>();
  for (const loader of bootloaders) {
    const { release, packagesOf: architecture } = loader;
    const packages = [...(sources.get(sourceName(loader))?.packages ?? []), ...loader.packages];
    const repositories = repositoriesOf(release, archives[architectureOf(architecture).archive]);
    sources.set(sourceName(loader), { release, architecture, packages: [...new Set(packages)], repositories });
  }
  return [...sources.values()];
}

/** What tells the sources of loaders apart: `noble-amd64`. */
export function sourceName({ release, packagesOf }: Pick<Bootloader, 'release' | 'packagesOf'>): string {
  return `${release}-${packagesOf}`;
}

/** A loader is taken from wherever apt finds it in its highest version; syslinux is in universe. */
function repositoriesOf(release: string, { uri, keyring }: Archive): Repository[] {
  const suites = [release, `${release}-updates`, `${release}-security`];
  return suites.map((suite) => ({ uri, suite, components: ['main', 'universe'], keyring }));
}
