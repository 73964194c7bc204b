import { MirrorError, withoutPasswords } from '../../errors';
import type { BuildRequest } from '../build-request';
import { repositoryText } from './added-repository';

/** What of an order has addresses in it. */
export type Addresses = Pick<BuildRequest, 'sources' | 'aptSources' | 'customise'>;

/**
 * Refuses users and passwords in addresses where others can read them: in a template, a schedule, the history of
 * executions. A user without a password counts, too: it may be a token.
 * @param where whose fields they are, for people: `view next`. @default - the order's
 * @throws BadInput (misuse), which shows none
 */
export function refusePasswords(request: Partial<Addresses>, where?: string): void {
  const [first] = addressesWithPasswords(request);
  if (first === undefined) return;
  const { field, address } = first;
  const what = where === undefined ? field : `${field} of ${where}`;
  throw new MirrorError('BadInput', `${what}: ${withoutPasswords(address)} is given with a user or password in it`, {
    hint: `templates, schedules and the history of executions would show it; ${remedyFor(field)}`,
    misuse: true,
  });
}

/** An address that is refused. */
export interface FoundAddress {
  /** `sources.archive`, or `customise.repositories.0`. */
  readonly field: string;
  readonly address: string;
}

/** Every address that has a user or password in it. */
export function addressesWithPasswords({ sources, aptSources = [], customise }: Partial<Addresses>): FoundAddress[] {
  const texts = [
    ...Object.entries(sources ?? {}).map(([name, value]) => [`sources.${name}`, value] as const),
    ...aptSources.map(({ uri }, at) => [`aptSources.${at}`, uri] as const),
    ...(customise?.repositories ?? []).map((one, at) => [`${repositories}.${at}`, repositoryText(one)] as const),
  ];
  return texts.flatMap(([field, text = '']) => {
    const found = text.split(/\s+/).filter((word) => withoutPasswords(word) !== word);
    return found.map((address) => ({ field, address }));
  });
}

const repositories = 'customise.repositories';

function remedyFor(field: string): string {
  if (field.startsWith(repositories)) {
    return 'put user:password into a secret, and name that with credentials: beside the repository';
  }
  const what = field === 'sources.proxy' ? 'that proxy' : 'that server';
  return `credentials: are for repositories only: let ${what} know the builds by their network (vpc) instead`;
}
