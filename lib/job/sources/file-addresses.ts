import { MirrorError } from '../../errors';
import type { BuildRequest } from '../build-request';
import { repositoryText } from './added-repository';

/**
 * Refuses folders as sources where the machine that builds is not the one of the person who names them.
 * @param where whose fields they are, for people: `view next`. @default - the order's
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
  throw new MirrorError('BadInput', `${what} is ${address}, a folder that build machines in AWS do not have`, {
    hint: 'give an http or https address that they can reach',
    misuse: true,
  });
}
