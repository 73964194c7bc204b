import { MirrorError } from '../../errors';
import { repositoryText } from './added-repository';
import type { Addresses, FoundAddress } from './passwords';

/**
 * Refuses folders as sources where the machine that builds is not the one of the person who names them.
 * @param where whose fields they are, for people: `view next`. @default - the order's
 * @throws BadInput (misuse)
 */
export function refuseFileAddresses(request: Partial<Addresses>, where?: string): void {
  const [found] = fileAddresses(request);
  if (found === undefined) return;
  const { field, address } = found;
  const what = where === undefined ? field : `${field} of ${where}`;
  throw new MirrorError('BadInput', `${what} is ${address}, a folder that build machines in AWS do not have`, {
    hint: 'give an http or https address that they can reach',
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
