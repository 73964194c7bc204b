/* catalog: known releases, architectures, kernels, products and bootloaders; pure data and rules. */

import { MirrorError } from '../errors';

/** A release of a distribution, as its products describe it. */
export interface Release {
  /** The series: `noble`. */
  readonly name: string;
  readonly family: 'ubuntu' | 'debian';
  readonly os: 'ubuntu' | 'debian';
  /** `24.04`; always a string. */
  readonly version: string;
  /** The version, with ` LTS` for LTS releases: `24.04 LTS`. MAAS looks for that suffix. */
  readonly title: string;
  /** `Noble Numbat` */
  readonly codename: string;
  /** Release date, `YYYY-MM-DD`, as are the next two. */
  readonly released: string;
  readonly supportEol: string;
  /** End of extended support, or of standard support if it has no extended support. */
  readonly supportEsmEol: string;
  /** The program that builds its initrds. */
  readonly initramfs: 'initramfs-tools' | 'dracut';
  /** dpkg's names of architectures to build kernels for. @default - those of its rows in the catalogue */
  readonly architectures?: readonly string[];
}

/** A release of the catalogue. @throws UnknownRelease (misuse), listing the known ones */
export function releaseOf(name: string): Release {
  const release = findRelease(name);
  if (release) return release;
  throw new MirrorError(
    'UnknownRelease',
    `unknown release ${JSON.stringify(name)}; known releases: ${releaseNames()}`,
    {
      hint: 'name a release by its series or version, such as "noble" or "24.04"; `maas-mirror releases` lists them',
      misuse: true,
    },
  );
}

/** The same, or undefined if the catalogue has no release of this name. */
export function findRelease(name: string): Release | undefined {
  return releases.find((one) => one.name === name);
}

/** The distribution of a release; a release that is not in the catalogue is always Ubuntu's. */
export function familyOf(name: string): Release['family'] {
  return findRelease(name)?.family ?? 'ubuntu';
}

/** Whether it is an Ubuntu LTS. Debian's releases have no such title, although they get long-term support too. */
export function isLts(release: Release): boolean {
  return release.title.endsWith(' LTS');
}

/** Whether ifupdown configures its network, from a file that the initramfs writes: up to xenial (LP 1534205). */
export function hasDynamicInterfaces({ family, version }: Release): boolean {
  return family === 'ubuntu' && version <= '16.04';
}

/** `noble, jammy`: the series of the catalogue, oldest first. */
export function releaseNames(): string {
  return releases.map(({ name }) => name).join(', ');
}

/**
 * From distro-info-data, oldest first. End dates may change after a release. Columns: series, title, codename, release date,
 * end of support, end of extended support.
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

/** LP 2151116. A version rather than a list of names: maas-images lists names, and one of them is misspelt. */
const firstVersionWithDracut = '26.04';

/** The program that builds the initrds of an Ubuntu version. YY.MM sorts as a string. */
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
