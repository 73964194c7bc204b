import { describedRelease, type ReleaseFacts } from '../../catalog/described';
import { type Release as CatalogueRelease, findRelease, releaseOf } from '../../catalog/releases';
import type { Catalogue } from '../../job/releases/facts';
import { checks } from '../checks';
import type { Release } from '../choices/release';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { checkedProps } from '../origins/checked-props';
import { atSynth } from '../refusals/synth-error';

/**
 * Facts about releases in the properties: `catalogue`, and the versions of releases that were created with one.
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
  const words = { releases: Object.fromEntries(all) };
  const { faultsOrValue, Catalogue } = checks();
  return checkedProps(faultsOrValue(Catalogue, words), { propertyOf, hint });
}

const propertyOf = (field: readonly PropertyKey[]) => ['catalogue', ...field.map(String)];
const hint =
  'see ReleaseDescription: use a series such as "noble", versions such as "27.04" and dates such as "2028-01-15"';

/** A release with its facts from the properties and the catalogue. @throws UnknownRelease (misuse) */
export function knownRelease(name: string, { releases }: Catalogue): CatalogueRelease {
  const facts = Object.hasOwn(releases, name) ? releases[name] : undefined;
  return atSynth({}, () => (facts === undefined ? releaseOf(name) : describedRelease(name, facts)));
}
