import { MirrorError, withoutPasswords } from '../../errors';
import type { BuildRequest } from '../build-request';
import { repositoryText } from './added-repository';

/** The fields of a request that contain addresses. */
export type Addresses = Pick<BuildRequest, 'sources' | 'aptSources' | 'customise'>;

/** What a message calls a field of a request: `--archive`, for who typed that. */
export type NameOf = (field: string) => string;

/**
 * Refuses user names and passwords in addresses that end up where others can read them: in a template, a schedule, or the
 * execution history. A user name without a password is refused too: it may be a token.
 * @param nameOf what the message calls a field @default - its path
 * @throws BadInput (misuse), which shows none of them
 */
export function refusePasswords(request: Partial<Addresses>, nameOf?: NameOf): void {
  refuseFound(addressesWithPasswords(request), nameOf);
}

/** An address that is refused. */
export interface FoundAddress {
  /** `sources.archive`, or `customise.repositories.0`. */
  readonly field: string;
  /** What follows the name of the field; without any password. */
  readonly fault: string;
  readonly hint: string;
}

/** @throws BadInput (misuse) for the first address, if there is one */
export function refuseFound([found]: readonly FoundAddress[], nameOf: NameOf = (field) => field): void {
  if (found === undefined) return;
  const { field, fault, hint } = found;
  throw new MirrorError('BadInput', `${nameOf(field)} ${fault}`, { hint, misuse: true });
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
    return found.map((address) => ({
      field,
      fault: `has ${withoutPasswords(address)} with a user or password in the URL`,
      hint: `templates and the execution history would show it; ${remedyFor(field)}`,
    }));
  });
}

const repositories = 'customise.repositories';

function remedyFor(field: string): string {
  return field.startsWith(repositories)
    ? 'store user:password in a secret, and name it in the credentials of a private repository'
    : 'only repositories can have credentials: let the server recognise the builds by their network (property vpc)';
}
