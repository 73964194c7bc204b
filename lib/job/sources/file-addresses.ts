import { MirrorError } from '../../errors';
import type { BuildRequest } from '../build-request';
import { repositoryText } from './added-repository';

/**
 * Refuses folders as sources of builds on another machine.
 * @param where names the owner of the fields in messages: `view next`. @default - the request
 * @throws BadInput (misuse)
 */
export function refuseFileAddresses(
  { sources, aptSources = [], customise }: Partial<Pick<BuildRequest, 'sources' | 'aptSources' | 'customise'>>,
  where?: string,
): void {
  const texts = [
    ...Object.entries(sources ?? {}).map(([name, value]) => [`sources.${name}`, String(value)] as const),
    ...aptSources.map(({ uri }, at) => [`aptSources.${at}`, uri] as const),
    ...(customise?.repositories ?? []).map((one, at) => [`customise.repositories.${at}`, repositoryText(one)] as const),
  ];
  const words = texts.flatMap(([field, text]) => text.split(/\s+/).map((word) => [field, word] as const));
  const [field, address] = words.find(([, word]) => /^file:/i.test(word)) ?? [];
  if (field === undefined) return;
  const what = where === undefined ? field : `${field} of ${where}`;
  throw new MirrorError('BadInput', `${what} is ${address}, a folder that build machines in AWS cannot read`, {
    hint: 'use an http or https URL that they can reach',
    misuse: true,
  });
}
