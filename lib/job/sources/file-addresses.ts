import { repositoryText } from './added-repository';
import { type Addresses, type FoundAddress, type NameOf, refuseFound } from './passwords';

/**
 * Refuses folders as sources of builds on another machine.
 * @param nameOf what the message calls a field @default - its path
 * @throws BadInput (misuse)
 */
export function refuseFileAddresses(request: Partial<Addresses>, nameOf?: NameOf): void {
  refuseFound(fileAddresses(request), nameOf);
}

/** Every address of a folder. */
export function fileAddresses({ sources, aptSources = [], customise }: Partial<Addresses>): FoundAddress[] {
  const texts = [
    ...Object.entries(sources ?? {}).map(([name, value]) => [`sources.${name}`, String(value)] as const),
    ...aptSources.map(({ uri }, at) => [`aptSources.${at}`, uri] as const),
    ...(customise?.repositories ?? []).map((one, at) => [`customise.repositories.${at}`, repositoryText(one)] as const),
  ];
  const words = texts.flatMap(([field, text]) => text.split(/\s+/).map((address) => ({ field, address })));
  return words
    .filter(({ address }) => /^file:/i.test(address))
    .map(({ field, address }) => ({
      field,
      fault: `has ${address}, a folder that build machines in AWS cannot read`,
      hint: 'use an http or https URL that they can reach',
    }));
}
