/* job/releases: releases and kernels that a request describes or chooses. */

import { describedRelease, factsFault } from '../../catalog/described';
import { architecturesOf, kernelsOf } from '../../catalog/kernels';
import { releases as catalogue, findRelease, type Release, releaseOf } from '../../catalog/releases';
import { supportAt } from '../../catalog/support';
import type { AboutRelease, FactsSource, ReleaseFacts } from './facts';
import { toldBy } from './release-for';

/** What one source says about a release. */
export interface ToldRelease {
  /** Its series. */
  readonly name: string;
  readonly facts: ReleaseFacts;
  readonly source: FactsSource;
}

/** A release that can be built. */
export interface BuildableRelease {
  readonly release: string;
  readonly os: string;
  readonly version: string;
  readonly title: string;
  readonly codename: string;
  readonly architectures: readonly string[];
  /** Those of any of its architectures. */
  readonly kernels: readonly string[];
  /** Where its facts come from: `catalogue`, `stream and distro-info`. */
  readonly source: string;
  readonly support: string;
  readonly supportEol: string;
  readonly supportEsmEol: string;
}

/** A release that a source describes, and why it cannot be built. */
export interface LeftOut {
  readonly name: string;
  readonly fault: string;
  readonly sources: readonly FactsSource[];
}

/** The newest version of Ubuntu in the catalogue. */
const newest = catalogue
  .filter(({ family }) => family === 'ubuntu')
  .map(({ version }) => version)
  .reduce((a, b) => (a > b ? a : b));

/** Whether a version of Ubuntu is newer than the catalogue. */
export function isNewer(version: string): boolean {
  return version > newest;
}

/** The releases of the catalogue, and those that sources describe; later sources take precedence. */
export function buildableReleases(
  told: readonly ToldRelease[],
  now: Date,
): { readonly releases: readonly BuildableRelease[]; readonly leftOut: readonly LeftOut[] } {
  const others = new Map<string, ToldRelease[]>(); // jsii's compiler has no Map.groupBy
  for (const one of told) others.set(one.name, [...(others.get(one.name) ?? []), one]);
  const names = [...catalogue.map(({ name }) => name), ...[...others.keys()].filter((name) => !findRelease(name))];
  const leftOut: LeftOut[] = [];
  const releases = names.flatMap((name): BuildableRelease[] => {
    const own = others.get(name) ?? [];
    if (own.length === 0) return [buildable(releaseOf(name), undefined, now)];
    const about: AboutRelease = Object.assign({}, ...own.map(({ facts }) => facts), {
      sources: own.map(({ source }) => source).reverse(),
    });
    const isVersionless = about.version === undefined && findRelease(name) === undefined;
    const fault = isVersionless ? 'its version is unknown' : factsFault(name, about);
    if (fault === undefined) return [buildable(describedRelease(name, about), about, now)];
    leftOut.push({ name, fault, sources: about.sources });
    return [];
  });
  return { releases: releases.sort(bySystemAndVersion), leftOut };
}

function bySystemAndVersion(a: BuildableRelease, b: BuildableRelease): number {
  if (a.os !== b.os) return a.os < b.os ? 1 : -1;
  return a.version < b.version ? -1 : 1;
}

function buildable(release: Release, about: AboutRelease | undefined, now: Date): BuildableRelease {
  const { name, os, version, title, codename, supportEol, supportEsmEol } = release;
  const built = kernelsOf(release).filter((kernel) => kernel.built);
  return {
    release: name,
    ...{ os, version, title, codename },
    architectures: architecturesOf(release),
    kernels: [...new Set(built.map((kernel) => kernel.name))],
    source: toldBy({ release: name, about }),
    support: supportAt(release, now),
    ...{ supportEol, supportEsmEol },
  };
}
