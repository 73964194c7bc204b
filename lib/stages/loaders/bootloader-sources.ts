/* stages/loaders: bootloaders and their packages. */

import { architectureOf } from '../../catalog/architectures';
import { type Bootloader, bootloaders } from '../../catalog/bootloaders';
import type { Repository } from '../../machine/apt/apt';

/** One of Ubuntu's two archives. */
export interface Archive {
  readonly uri: string;
  /** Path of a binary keyring. @default - the keyrings that this machine's apt trusts */
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
  /** The bootloaders depend on the InRelease files of all of them. */
  readonly repositories: readonly Repository[];
}

/** Everything to download for all bootloaders. */
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

/** Identifies a source of bootloaders: `noble-amd64`. */
export function sourceName({ release, packagesOf }: Pick<Bootloader, 'release' | 'packagesOf'>): string {
  return `${release}-${packagesOf}`;
}

/** apt takes the highest version in any of these suites; syslinux is in universe. */
function repositoriesOf(release: string, { uri, keyring }: Archive): Repository[] {
  const suites = [release, `${release}-updates`, `${release}-security`];
  return suites.map((suite) => ({ uri, suite, components: ['main', 'universe'], keyring }));
}
