import { MirrorError, withoutPasswords } from '../../errors';
import type { BuildRequest } from '../build-request';
import { repositoryText } from './added-repository';
import { parseRepository } from './repository';
import { isFor } from './stanza';

/**
 * Refuses a repository from which no build of an order would take anything.
 * @throws BadInput (misuse)
 */
export function refuseUnused({ customise, architectures }: Pick<BuildRequest, 'customise' | 'architectures'>): void {
  for (const added of customise?.repositories ?? []) {
    const repository = parseRepository(repositoryText(added));
    if (repository.kind === 'ppa') continue;
    // As in apt, of several stanzas some may be for other architectures.
    if (repository.stanzas.some((stanza) => architectures.some((one) => isFor(stanza, one)))) continue;
    const uris = repository.stanzas.flatMap((stanza) => stanza.uris);
    throw new MirrorError(
      'BadInput',
      `the repository ${withoutPasswords(uris.join(' '))} is not for ${architectures.join(', ')}, by its field Architectures`,
      { hint: 'take the field or the repository away, or build other architectures', misuse: true },
    );
  }
}
