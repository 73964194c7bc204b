/* catalog: the catalogue of releases, architectures, kernels, products and bootloaders; only data and rules. */

import { MirrorError } from '../errors';

/** A release of a distribution; what its products say about it. */
export interface Release {
  /** The series, in one word: `noble`. */
  readonly name: string;
  readonly family: 'ubuntu' | 'debian';
  readonly os: 'ubuntu' | 'debian';
  /** `24.04`; always a string. */
  readonly version: string;
  /** The version, with ` LTS` where Ubuntu calls it so: `24.04 LTS`. MAAS looks for that ending. */
  readonly title: string;
  /** `Noble Numbat` */
  readonly codename: string;
  /** Day of release, `YYYY-MM-DD`, as are the next two. */
  readonly released: string;
  readonly supportEol: string;
  /** End of extended support; the end of support where there is none. */
  readonly supportEsmEol: string;
  /** What makes its initrds. */
  readonly initramfs: 'initramfs-tools' | 'dracut';
  /** dpkg's words for those that kernels are built for by rule. @default - those of its rows in the catalogue */
  readonly architectures?: readonly string[];
}

/** A release of the catalogue. @throws UnknownRelease (misuse), listing those that exist */
export function releaseOf(name: string): Release {
  const release = findRelease(name);
  if (release) return release;
  throw new MirrorError('UnknownRelease', `no release ${JSON.stringify(name)}; there are ${releaseNames()}`, {
    hint: 'name a release by its series or version, "noble" or "24.04"; `maas-mirror releases` lists them',
    misuse: true,
  });
}

/** The same, or undefined where the catalogue has no release of this name. */
export function findRelease(name: string): Release | undefined {
  return releases.find((one) => one.name === name);
}

/** What a release belongs to; one that the catalogue does not have can only be Ubuntu's. */
export function familyOf(name: string): Release['family'] {
  return findRelease(name)?.family ?? 'ubuntu';
}

/** Whether Ubuntu calls it LTS. Debian's releases carry no such title, though they get long-term support, too. */
export function isLts(release: Release): boolean {
  return release.title.endsWith(' LTS');
}

/** Whether its network is configured by ifupdown, from a file that the initramfs writes: up to xenial (LP 1534205). */
export function hasDynamicInterfaces({ family, version }: Release): boolean {
  return family === 'ubuntu' && version <= '16.04';
}

/** `noble, jammy`: the series of the catalogue, oldest first. */
export function releaseNames(): string {
  return releases.map(({ name }) => name).join(', ');
}

/**
 * From distro-info-data, oldest first. End dates are corrected after a release; columns: series, title, codename,
 * released, end of support, end of extended support.
 */
const ubuntu = [
  ['xenial', '16.04 LTS', 'Xenial Xerus', '2016-04-21', '2021-04-30', '2026-04-23'],
  ['bionic', '18.04 LTS', 'Bionic Beaver', '2018-04-26', '2023-05-31', '2028-04-26'],
  ['focal', '20.04 LTS', 'Focal Fossa', '2020-04-23', '2025-05-29', '2030-04-23'],
  ['groovy', '20.10', 'Groovy Gorilla', '2020-10-22', '2021-07-22'],
  ['hirsute', '21.04', 'Hirsute Hippo', '2021-04-22', '2022-01-20'],
  ['impish', '21.10', 'Impish Indri', '2021-10-14', '2022-07-14'],
  ['jammy', '22.04 LTS', 'Jammy Jellyfish', '2022-04-21', '2027-06-01', '2032-04-21'],
  ['kinetic', '22.10', 'Kinetic Kudu', '2022-10-20', '2023-07-20'],
  ['lunar', '23.04', 'Lunar Lobster', '2023-04-20', '2024-01-25'],
  ['mantic', '23.10', 'Mantic Minotaur', '2023-10-12', '2024-07-11'],
  ['noble', '24.04 LTS', 'Noble Numbat', '2024-04-25', '2029-05-31', '2034-04-25'],
  ['oracular', '24.10', 'Oracular Oriole', '2024-10-10', '2025-07-10'],
  ['plucky', '25.04', 'Plucky Puffin', '2025-04-17', '2026-01-15'],
  ['questing', '25.10', 'Questing Quokka', '2025-10-09', '2026-07-09'],
  ['resolute', '26.04 LTS', 'Resolute Raccoon', '2026-04-23', '2031-05-29', '2036-04-23'],
  ['stonking', '26.10', 'Stonking Stingray', '2026-10-15', '2027-07-15'],
] as const;

/** LP 2151116. By number and not by a list of names: maas-images lists names, and one of them is misspelt. */
const firstVersionWithDracut = '26.04';

/** What makes the initrds of a version of Ubuntu. YY.MM sorts as a string. */
export function initramfsOf(version: string): Release['initramfs'] {
  return version >= firstVersionWithDracut ? 'dracut' : 'initramfs-tools';
}

const bookworm: Release = {
  name: 'bookworm',
  family: 'debian',
  os: 'debian',
  version: '12',
  title: '12',
  codename: 'bookworm',
  released: '2023-06-10',
  supportEol: '2026-07-11',
  supportEsmEol: '2028-06-30',
  initramfs: 'initramfs-tools',
};

export const releases: readonly Release[] = [
  ...ubuntu.map(([name, title, codename, released, supportEol, supportEsmEol = supportEol]): Release => {
    const version = title.replace(' LTS', '');
    return {
      name,
      family: 'ubuntu',
      os: 'ubuntu',
      version,
      title,
      codename,
      released,
      supportEol,
      supportEsmEol,
      initramfs: initramfsOf(version),
    };
  }),
  bookworm,
];
