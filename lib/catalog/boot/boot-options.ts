/* catalog/boot: what a boot needs: drivers, options, initramfs generators. */

import type { Release } from '../releases';

/** What MAAS adds to the kernel command line, beside what every machine gets. */
export interface BootOptions {
  /** For the release; before `log_host`. */
  readonly release: readonly string[];
  /** For the architecture; after `log_port`. */
  readonly architecture: readonly string[];
}

/**
 * The words of MAAS's command line that only some machines get. Those for armhf only name its serial console, which a boot
 * test names for every architecture.
 */
export function bootOptionsOf(release: Pick<Release, 'family' | 'version'>, architecture: string): BootOptions {
  return {
    release: ofReleases.filter(([applies]) => applies(release)).map(([, word]) => word),
    architecture: ofArchitectures.filter(([name]) => name === architecture).map(([, word]) => word),
  };
}

const ofReleases: readonly (readonly [(release: Pick<Release, 'family' | 'version'>) => boolean, string])[] = [
  // LP 1677336: snapd's seeding hangs where AppArmor meets an overlay as root. YY.MM sorts as a string.
  [({ family, version }) => family === 'ubuntu' && version < '22.04', 'apparmor=0'],
];

const ofArchitectures: readonly (readonly [architecture: string, word: string])[] = [['ppc64el', 'rootdelay=60']];
