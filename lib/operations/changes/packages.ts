/* operations/changes: what differs between two versions: packages, kernels, initrds. */

import { byBytes } from '../../simplestreams/version-order';

export interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

/** A value before and after. */
export interface FromTo<Value> {
  readonly from: Value;
  readonly to: Value;
}

/** What differs between two lists of packages, each sorted by name. */
export interface PackageChanges {
  readonly added: readonly NamedVersion[];
  readonly removed: readonly NamedVersion[];
  /** Upgraded, or downgraded. */
  readonly upgraded: readonly (FromTo<string> & { readonly name: string })[];
}

/** The packages of a manifest: a line each, with a tab between name and version. */
export function packagesIn(manifest: string): ReadonlyMap<string, string> {
  const lines = manifest.split('\n').filter((line) => line.includes('\t'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1).trim()]));
}

export function packageChanges(before: ReadonlyMap<string, string>, next: ReadonlyMap<string, string>): PackageChanges {
  const upgraded = sorted(before).flatMap(({ name, version: from }) => {
    const to = next.get(name);
    return to === undefined || to === from ? [] : [{ name, from, to }];
  });
  return {
    added: sorted(next).filter(({ name }) => !before.has(name)),
    removed: sorted(before).filter(({ name }) => !next.has(name)),
    upgraded,
  };
}

function sorted(packages: ReadonlyMap<string, string>): NamedVersion[] {
  const all = [...packages].map(([name, version]) => ({ name, version }));
  return all.sort((one, other) => byBytes(one.name, other.name));
}
