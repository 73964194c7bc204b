import { withoutPasswords } from '../../errors';
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
  for (const { field, address } of fileAddresses(addresses)) {
    throw refused(
      propertyOf(pathIn(field)),
      `has ${address}, a folder that build machines on AWS do not have`,
      'use an http or https URL that the builds can reach',
    );
  }
  for (const { field, address } of addressesWithPasswords(addresses)) {
    throw refused(
      propertyOf(pathIn(field)),
      `has ${withoutPasswords(address)} with a user or password in the URL`,
      `templates and the execution history would show it; ${remedyFor(field)}`,
    );
  }
}

/** `customise.repositories.0` as a path. */
function pathIn(field: string): Path {
  return field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function remedyFor(field: string): string {
  return field.startsWith('sources.')
    ? 'only repositories can have credentials: let the server recognise the builds by their network (property vpc)'
    : 'store user:password in a secret, and move the repository to privateRepositories (in mirror.yaml, add credentials)';
}
