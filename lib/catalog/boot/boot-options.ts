/* catalog/boot: requirements of a boot: drivers, options, initramfs generators. */

import type { Release } from '../releases';

/** What MAAS adds to the kernel command line for some machines only. */
export interface BootOptions {
  /** For the release; before `log_host`. */
  readonly release: readonly string[];
  /** For the architecture; after `log_port`. */
  readonly architecture: readonly string[];
}

/**
 * The words of MAAS's command line that only some machines get. Without armhf's, which name the serial console: a boot test
 * names it for every architecture.
 */
export function bootOptionsOf(release: Pick<Release, 'family' | 'version'>, architecture: string): BootOptions {
  return {
    release: ofReleases.filter(([applies]) => applies(release)).map(([, word]) => word),
    architecture: ofArchitectures.filter(([name]) => name === architecture).map(([, word]) => word),
  };
}

const ofReleases: readonly (readonly [(release: Pick<Release, 'family' | 'version'>) => boolean, string])[] = [
  // LP 1677336: with AppArmor on an overlay root, snapd's seeding hangs. YY.MM sorts as a string.
  [({ family, version }) => family === 'ubuntu' && version < '22.04', 'apparmor=0'],
];

const ofArchitectures: readonly (readonly [architecture: string, word: string])[] = [['ppc64el', 'rootdelay=60']];
