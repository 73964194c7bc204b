import { findRelease, type Release, releases } from './releases';

/** A release by its series or version: `noble` of `noble`, `24.04` and `24.04 LTS`; the word itself where none is called so. */
export function seriesOf(word: string): string {
  if (findRelease(word) !== undefined) return word;
  return releases.find(({ version, title }) => word === version || word === title)?.name ?? word;
}

/** A kernel flavour as it was said. */
export interface SaidFlavour {
  /** As the catalogue calls it: `hwe-lowlatency-edge`. */
  readonly name: string;
  /** Version of the release that it was said to be of: `24.04`. @default - none was said */
  readonly version?: string;
}

/**
 * A kernel flavour of Ubuntu by a name that MAAS has for it: `ga-24.04`, `hwe-24.04-edge`, `hwe-24.04-lowlatency-edge`,
 * `hwe-edge-24.04`, and `lowlatency` and `generic`, which are of the kernel that the release came with. Undefined for all other
 * words, which may be names in the catalogue. (facts: MAAS reads `(ga|hwe|hwe-edge)-RELEASE[-FLAVOUR][-edge]`.)
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

/** The name in the catalogue of a flavour that is said of a release; undefined where it was said to be another release's. */
export function flavourOf(word: string, { family, version }: Pick<Release, 'family' | 'version'>): string | undefined {
  const said = family === 'ubuntu' ? flavourSaid(word) : undefined;
  if (said === undefined) return word;
  return said.version === undefined || said.version === version ? said.name : undefined;
}
