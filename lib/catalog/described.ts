import { MirrorError } from '../errors';
import { architectures as builtArchitectures } from './architectures';
import { findRelease, initramfsOf, type Release, releaseNames, releases } from './releases';

/** Facts about a release, from any source; what is left out follows from the version by rule, or is the catalogue's. */
export interface ReleaseFacts {
  /** `27.04`. @default - that of the catalogue */
  readonly version?: string | undefined;
  /** @default - the version, with ` LTS` for each second April */
  readonly title?: string | undefined;
  /** `Noble Numbat`. @default - the series, with a capital */
  readonly codename?: string | undefined;
  /** Day of release, `YYYY-MM-DD`, as are the next two. @default - the first day of the version's month */
  readonly released?: string | undefined;
  /** @default - nine months later, of LTS releases five years */
  readonly supportEol?: string | undefined;
  /** @default - of LTS releases ten years after the release, else the end of support */
  readonly supportEsmEol?: string | undefined;
  /** dpkg's words. @default - those that Ubuntu has built for since 2016 */
  readonly architectures?: readonly string[] | undefined;
}

/**
 * A release of Ubuntu that the catalogue does not have, or one of the catalogue with corrections.
 * @throws UnknownRelease (misuse) where neither the catalogue nor the facts say its version; BadInput (misuse) for facts that
 * do not hold together
 */
export function describedRelease(name: string, facts: ReleaseFacts): Release {
  const known = findRelease(name);
  if (known !== undefined && Object.keys(given(facts)).length === 0) return known;
  const fault = factsFault(name, facts);
  if (fault !== undefined) {
    throw new MirrorError('BadInput', `${name} is described wrongly: ${fault}`, {
      hint: 'see `catalogue` in mirror.schema.json',
      misuse: true,
    });
  }
  if (known !== undefined) return { ...known, ...given(facts) };
  const { version } = facts;
  if (version === undefined) {
    throw new MirrorError('UnknownRelease', `no release ${JSON.stringify(name)}; there are ${releaseNames()}`, {
      hint: 'give its version, as in `catalogue` of mirror.yaml',
      misuse: true,
    });
  }
  return { ...byRule(name, version, facts), ...given(facts) };
}

/** What makes facts unusable, in words, or undefined. Their shapes are checked where they are read. */
export function factsFault(name: string, facts: ReleaseFacts): string | undefined {
  const known = findRelease(name);
  if (!/^[a-z]+$/.test(name)) return `a series is one word of lower-case letters, not ${JSON.stringify(name)}`;
  if (known !== undefined && known.family !== 'ubuntu') return `${name} is no release of Ubuntu`;
  if (reserved.includes(name)) return `${name} means something else in a mirror`;
  const { version = known?.version } = facts;
  if (version === undefined) return undefined;
  return (
    versionFault(name, version, known) ??
    titleFault(version, facts) ??
    dateFault(known ?? byRule(name, version, facts), facts) ??
    architectureFault(facts)
  );
}

function versionFault(name: string, version: string, known: Release | undefined): string | undefined {
  if (known !== undefined) return known.version === version ? undefined : `its version is ${known.version}`;
  if (!/^\d\d\.(?:04|10)$/.test(version)) return `no version of Ubuntu is called ${JSON.stringify(version)}`;
  if (isTooOld(version)) return `its version is ${version}, and kernels are described from ${oldestDescribed} on`;
  const owner = releases.find((one) => one.family === 'ubuntu' && one.version === version);
  return owner === undefined ? undefined : `${version} is the version of ${owner.name}, not of ${name}`;
}

/** An order of bootloaders has the first of these words as its release; readers find no images below the second. */
const reserved = ['bootloaders', 'streams'];

/** Before it kernels had other names. */
export const oldestDescribed = '16.04';

/** Whether a version of Ubuntu is one that no description makes buildable. */
export function isTooOld(version: string): boolean {
  return Number.parseFloat(version) < Number.parseFloat(oldestDescribed);
}

function titleFault(version: string, { title }: ReleaseFacts): string | undefined {
  if (title === undefined || title === version || title === `${version} LTS`) return undefined;
  return `its title is ${JSON.stringify(title)}, not ${version} or ${version} LTS`;
}

function dateFault(base: Release, facts: ReleaseFacts): string | undefined {
  const { released, supportEol, supportEsmEol } = { ...base, ...given(facts) };
  if (supportEol < released) return `its support ends on ${supportEol}, before its release on ${released}`;
  return supportEsmEol < supportEol
    ? `its extended support ends on ${supportEsmEol}, before its support on ${supportEol}`
    : undefined;
}

function architectureFault({ architectures = [] }: ReleaseFacts): string | undefined {
  const unknown = architectures.find((one) => !builtArchitectures.some(({ name }) => name === one));
  if (unknown === undefined) return undefined;
  const names = builtArchitectures.map(({ name }) => name).join(', ');
  return `no architecture ${JSON.stringify(unknown)} is built; there are ${names}`;
}

/** Where no source says more: right for a series that has just come out, and it marks an old one as such. */
function byRule(name: string, version: string, facts: ReleaseFacts): Release {
  const [year = 0, month = 0] = version.split('.').map(Number);
  const lts = facts.title === undefined ? year % 2 === 0 && month === 4 : facts.title.endsWith(' LTS');
  const { released = dayOf(year, month) } = facts;
  const { supportEol = lts ? dayOf(year + 5, month + 1) : dayOf(year, month + 9) } = facts;
  const esm = lts ? dayOf(year + 10, month) : supportEol;
  return {
    name,
    family: 'ubuntu',
    os: 'ubuntu',
    version,
    title: lts ? `${version} LTS` : version,
    codename: name.slice(0, 1).toUpperCase() + name.slice(1),
    released,
    supportEol,
    supportEsmEol: esm < supportEol ? supportEol : esm,
    initramfs: initramfsOf(version),
    architectures: usualArchitectures,
  };
}

const usualArchitectures = ['amd64', 'arm64', 'armhf', 'ppc64el', 's390x'];

/** The first day of a month; the 13th is the first of the next year. */
function dayOf(year: number, month: number): string {
  return new Date(Date.UTC(2000 + year, month - 1, 1)).toISOString().slice(0, 10);
}

/** What is said, without what is left out. */
function given(facts: ReleaseFacts): Partial<Release> {
  const { version, title, codename, released, supportEol, supportEsmEol, architectures } = facts;
  const said = { version, title, codename, released, supportEol, supportEsmEol, architectures };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
