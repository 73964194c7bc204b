import { describedRelease, type ReleaseFacts } from '../../catalog/described';
import { type Release as CatalogueRelease, findRelease, releaseOf } from '../../catalog/releases';
import type { Catalogue } from '../../job/releases/facts';
import { checks } from '../checks';
import type { Release } from '../choices/release';
import type { MaasMirrorProps } from '../maas-mirror-props';

/**
 * What the properties say of releases beyond the catalogue: `catalogue`, and the versions of releases that are named with
 * one.
 * @throws BadInput (misuse) naming the release
 */
export function catalogueOf({ catalogue, releases = [], views = [] }: MaasMirrorProps): Catalogue {
  const named: readonly Release[] = [...releases, ...views.flatMap((view) => view.releases ?? [])];
  const versions = named.flatMap(({ name, version }): [string, ReleaseFacts][] =>
    version === undefined || findRelease(name) !== undefined ? [] : [[name, { version }]],
  );
  const said = Object.entries(catalogue?.releases ?? {});
  const all = new Map<string, ReleaseFacts>(versions);
  for (const [name, facts] of said) all.set(name, { ...all.get(name), ...facts });
  const { checked, Catalogue } = checks();
  return checked(Catalogue, { releases: Object.fromEntries(all) }, 'the property catalogue', hint);
}

const hint = 'see ReleaseDescription: a series in one word, its version like "27.04", and days like "2028-01-15"';

/** A release with all that the properties and the catalogue know of it. @throws UnknownRelease (misuse) */
export function knownRelease(name: string, { releases }: Catalogue): CatalogueRelease {
  const facts = Object.hasOwn(releases, name) ? releases[name] : undefined;
  return facts === undefined ? releaseOf(name) : describedRelease(name, facts);
}
