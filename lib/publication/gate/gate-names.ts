import { MirrorError } from '../../errors';
import { newestVersion } from '../../simplestreams/merge';
import type { Version } from '../../simplestreams/types';
import { isForward, knownNames, nameFault } from '../names/known-names';
import type { NextContent } from '../next-content';
import { contentDigest } from '../state/product-key';
import { isSamePart, type ProductPart, partsOf, versionsOf } from '../state/product-parts';
import type { ViewContent } from '../state/view-content';

/**
 * A view never uses a name for two contents, not even years later: a MAAS that meets both replaces files in place. Checks
 * every version that is new in the documents or on the shelf, also against each other; and that bootloaders only go forward.
 * @throws ContractBroken, naming both contents, or the name that is too low
 */
export function gateNames(before: ViewContent, next: NextContent): void {
  const old = partsOf(before);
  const faults = [...partsOf(next)].flatMap(([id, part]) => {
    const was = old.get(id);
    return isSamePart(was, part) ? [] : [...faultsOf(id, was, part, before), ...goingBack(id, was, part, before)];
  });
  if (faults.length === 0) return;
  throw new MirrorError('ContractBroken', faults.join('\n'), { hint: 'nothing was published; the view is unchanged' });
}

function faultsOf(id: string, was: ProductPart | undefined, part: ProductPart, before: ViewContent): string[] {
  const known = knownNames(before, id);
  const contents = new Map(known.contents);
  return versionsOf(part).flatMap(([name, version]) => {
    if (isAsItWas(name, version, was)) return [];
    const content = contentDigest(version);
    const fault = nameFault(name, content, { ...known, contents });
    contents.set(name, content);
    return fault === undefined ? [] : [`${id}: ${fault}`];
  });
}

/** MAAS has a set of bootloaders under a lower name already, and does not unpack it again: machines would keep the newer ones. */
function goingBack(id: string, was: ProductPart | undefined, { product }: ProductPart, before: ViewContent): string[] {
  const name = product?.['bootloader-type'] === undefined ? undefined : newestVersion(product);
  if (name === undefined) return [];
  const now = was?.product && newestVersion(was.product);
  const known = knownNames(before, id);
  if (isForward(name, now, known)) return [];
  const why = 'MAAS unpacks only bootloaders that it downloads [bootloaders-back]';
  return [`${id}: the newest version would be ${name}, below ${now ?? known.top}: ${why}`];
}

/** Untouched versions are the same objects, of which contents need not be compared. */
function isAsItWas(name: string, version: Version, was: ProductPart | undefined): boolean {
  return was?.product?.versions[name] === version || was?.shelved?.versions[name]?.version === version;
}
