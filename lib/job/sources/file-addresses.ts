import { MirrorError } from '../../errors';
import { repositoryText } from './added-repository';
import type { Addresses, FoundAddress } from './passwords';

/**
 * Refuses folders as sources of builds on another machine.
 * @throws BadInput (misuse)
 */
export function refuseFileAddresses(request: Partial<Addresses>): void {
  const [found] = fileAddresses(request);
  if (found === undefined) return;
  const { field, address } = found;
  throw new MirrorError('BadInput', `${field} is ${address}, a folder that build machines in AWS cannot read`, {
    hint: 'use an http or https URL that they can reach',
    misuse: true,
  });
}

/** Every address of a folder. */
export function fileAddresses({ sources, aptSources = [], customise }: Partial<Addresses>): FoundAddress[] {
  const texts = [
    ...Object.entries(sources ?? {}).map(([name, value]) => [`sources.${name}`, String(value)] as const),
    ...aptSources.map(({ uri }, at) => [`aptSources.${at}`, uri] as const),
    ...(customise?.repositories ?? []).map((one, at) => [`customise.repositories.${at}`, repositoryText(one)] as const),
  ];
  const words = texts.flatMap(([field, text]) => text.split(/\s+/).map((address) => ({ field, address })));
  return words.filter(({ address }) => /^file:/i.test(address));
}
