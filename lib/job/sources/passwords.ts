import { MirrorError, withoutPasswords } from '../../errors';
import type { BuildRequest } from '../build-request';
import { repositoryText } from './added-repository';

/** The fields of a request that contain addresses. */
export type Addresses = Pick<BuildRequest, 'sources' | 'aptSources' | 'customise'>;

/**
 * Refuses user names and passwords in addresses that end up where others can read them: in a template, a schedule, or the
 * execution history. A user name without a password is refused too: it may be a token.
 * @throws BadInput (misuse), which shows none of them
 */
export function refusePasswords(request: Partial<Addresses>): void {
  const [first] = addressesWithPasswords(request);
  if (first === undefined) return;
  const { field, address } = first;
  throw new MirrorError('BadInput', `${field}: the URL ${withoutPasswords(address)} contains a user name or password`, {
    hint: `templates, schedules and the execution history would show it; ${remedyFor(field)}`,
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
    return 'put user:password into a secret, and name the secret in the credentials of that repository';
  }
  const what = field === 'sources.proxy' ? 'that proxy' : 'that server';
  return `only repositories can have credentials: have ${what} admit the builds by network address (vpc) instead`;
}
