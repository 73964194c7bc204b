import type { Addresses } from '../../job/sources/passwords';
import { checks } from '../checks';
import type { Path } from '../refusals/property-path';
import { refused } from '../refusals/synth-error';

/**
 * Refuses folders and passwords in addresses, also in sources that no build request uses: all of them are in the template.
 * @param propertyOf the property that a field of a build request was made from
 * @throws BadInput (misuse), without the password
 */
export function refuseAddressesOf(addresses: Partial<Addresses>, propertyOf: (field: Path) => Path): void {
  const { fileAddresses, addressesWithPasswords } = checks();
  const [found] = [...fileAddresses(addresses), ...addressesWithPasswords(addresses)];
  if (found !== undefined) throw refused(propertyOf(pathIn(found.field)), found.fault, found.hint);
}

/** `customise.repositories.0` as a path. */
function pathIn(field: string): Path {
  return field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
