import { MirrorError } from '../errors';
import { architectures as builtArchitectures } from './architectures';
import { findRelease, initramfsOf, type Release, releaseNames, releases } from './releases';

/** Facts about a release, from any source; missing ones come from the catalogue, or follow from the version. */
export interface ReleaseFacts {
  /** `27.04`. @default - the catalogue's */
  readonly version?: string | undefined;
  /** @default - the version, with ` LTS` in April of even years */
  readonly title?: string | undefined;
  /** `Noble Numbat`. @default - the series, capitalised */
  readonly codename?: string | undefined;
  /** Release date, `YYYY-MM-DD`, as are the next two. @default - the first day of the version's month */
  readonly released?: string | undefined;
  /** @default - nine months later; for LTS releases five years */
  readonly supportEol?: string | undefined;
  /** @default - for LTS releases ten years after the release, else the end of support */
  readonly supportEsmEol?: string | undefined;
  /** dpkg's names. @default - those that Ubuntu has built for since 2016 */
  readonly architectures?: readonly string[] | undefined;
}

/**
 * An Ubuntu release that is not in the catalogue, or one of the catalogue with corrections.
 * @throws UnknownRelease (misuse) where neither the catalogue nor the facts give its version; BadInput (misuse) for
 * contradictory facts
 */
export function describedRelease(name: string, facts: ReleaseFacts): Release {
  const known = findRelease(name);
  if (known !== undefined && Object.keys(given(facts)).length === 0) return known;
  const fault = factsFault(name, facts);
  if (fault !== undefined) {
    throw new MirrorError('BadInput', `the description of ${name} is not valid: ${fault}`, {
      hint: 'see `catalogue` in mirror.schema.json',
      misuse: true,
    });
  }
  if (known !== undefined) return { ...known, ...given(facts) };
  const { version } = facts;
  if (version === undefined) {
    throw new MirrorError(
      'UnknownRelease',
      `unknown release ${JSON.stringify(name)}; known releases: ${releaseNames()}`,
      {
        hint: 'give its version under `catalogue` in mirror.yaml',
        misuse: true,
      },
    );
  }
  return { ...byRule(name, version, facts), ...given(facts) };
}

/** What is wrong with the facts, or undefined. Their shapes are checked where they are read. */
export function factsFault(name: string, facts: ReleaseFacts): string | undefined {
  const known = findRelease(name);
  if (!/^[a-z]+$/.test(name)) return `a series is one word of lower-case letters, not ${JSON.stringify(name)}`;
  if (known !== undefined && known.family !== 'ubuntu') return `${name} is not an Ubuntu release`;
  if (reserved.includes(name)) return `${name} is a reserved name in mirrors`;
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
  if (!/^\d\d\.(?:04|10)$/.test(version)) return `${JSON.stringify(version)} is not an Ubuntu version (YY.04 or YY.10)`;
  if (isTooOld(version)) return `its version is ${version}, and versions before ${oldestDescribed} are not supported`;
  const owner = releases.find((one) => one.family === 'ubuntu' && one.version === version);
  return owner === undefined ? undefined : `${version} is the version of ${owner.name}, not of ${name}`;
}

/** The first is the release of a request for bootloaders; the second is the folder of metadata in a view. */
const reserved = ['bootloaders', 'streams'];

/** Kernels of earlier versions have other names. */
export const oldestDescribed = '16.04';

/** Whether a version of Ubuntu is too old to be built, however it is described. */
export function isTooOld(version: string): boolean {
  return Number.parseFloat(version) < Number.parseFloat(oldestDescribed);
}

function titleFault(version: string, { title }: ReleaseFacts): string | undefined {
  if (title === undefined || title === version || title === `${version} LTS`) return undefined;
  return `its title must be ${version} or ${version} LTS, not ${JSON.stringify(title)}`;
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
  return `unknown architecture ${JSON.stringify(unknown)}; known architectures: ${names}`;
}

/** Defaults, where no source says more. They suit a new series, and mark an old one as unsupported. */
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

/** The first day of a month; month 13 is January of the next year. */
function dayOf(year: number, month: number): string {
  return new Date(Date.UTC(2000 + year, month - 1, 1)).toISOString().slice(0, 10);
}

/** The facts that are given. */
function given(facts: ReleaseFacts): Partial<Release> {
  const { version, title, codename, released, supportEol, supportEsmEol, architectures } = facts;
  const said = { version, title, codename, released, supportEol, supportEsmEol, architectures };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
