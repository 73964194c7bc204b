import { findRelease, type Release, releases } from './releases';

/**
 * The series of a release, by any name that people know, in capitals or not: `noble` for `noble`, `24.04`, `24.04 LTS`,
 * `Noble` and `Noble Numbat`. An unknown word is returned unchanged.
 */
export function seriesOf(word: string): string {
  if (findRelease(word) !== undefined) return word;
  const said = word.toLowerCase();
  const known = releases.find(({ name, version, title, codename }) =>
    [name, version, title, codename].some((one) => one.toLowerCase() === said),
  );
  return known?.name ?? word;
}

/** A kernel flavour as a user wrote it. */
export interface SaidFlavour {
  /** Its name in the catalogue: `hwe-lowlatency-edge`. */
  readonly name: string;
  /** The version of a release in the name: `24.04`. @default - the name has none */
  readonly version?: string;
}

/**
 * Parses MAAS's names of Ubuntu's kernel flavours: `ga-24.04`, `hwe-24.04-edge`, `hwe-24.04-lowlatency-edge`, `hwe-edge-24.04`,
 * and `lowlatency` and `generic`, which mean ga kernels. Undefined for other words, which may be names in the catalogue.
 * (facts: MAAS reads `(ga|hwe|hwe-edge)-RELEASE[-FLAVOUR][-edge]`.)
 */
export function flavourSaid(word: string): SaidFlavour | undefined {
  const [, line, early, version, kflavor, late] = flavourShape.exec(word) ?? [];
  if (line === undefined && kflavor === undefined) return undefined;
  const edge = early ?? late ?? '';
  if (word.startsWith('-') || (early && late) || (line !== 'hwe' && edge !== '')) return undefined;
  const name = `${line ?? 'ga'}${kflavor === 'lowlatency' ? '-lowlatency' : ''}${edge}`;
  return version === undefined ? { name } : { name, version };
}

const flavourShape = /^(?:(ga|hwe)(-edge)?(?:-(\d\d\.\d\d))?)?(?:(?:^|-)(lowlatency|generic))?(-edge)?$/;

/** A flavour's name in the catalogue; undefined if the word names the version of another release. */
export function flavourOf(word: string, { family, version }: Pick<Release, 'family' | 'version'>): string | undefined {
  const said = family === 'ubuntu' ? flavourSaid(word) : undefined;
  if (said === undefined) return word;
  return said.version === undefined || said.version === version ? said.name : undefined;
}
