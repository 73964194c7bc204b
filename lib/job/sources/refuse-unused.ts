import { MirrorError, withoutPasswords } from '../../errors';
import type { BuildRequest } from '../build-request';
import { repositoryText } from './added-repository';
import { parseRepository } from './repository';
import { isFor } from './stanza';

/**
 * Refuses a repository that no build of a request would use.
 * @throws BadInput (misuse)
 */
export function refuseUnused({ customise, architectures }: Pick<BuildRequest, 'customise' | 'architectures'>): void {
  for (const added of customise?.repositories ?? []) {
    const repository = parseRepository(repositoryText(added));
    if (repository.kind === 'ppa') continue;
    // As in apt, some of several stanzas may be for other architectures.
    if (repository.stanzas.some((stanza) => architectures.some((one) => isFor(stanza, one)))) continue;
    const uris = repository.stanzas.flatMap((stanza) => stanza.uris);
    throw new MirrorError(
      'BadInput',
      `the repository ${withoutPasswords(uris.join(' '))} is not for ${architectures.join(', ')} (see its Architectures field)`,
      { hint: 'remove the field or the repository, or build other architectures', misuse: true },
    );
  }
}
