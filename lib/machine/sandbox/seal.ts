import { type FilterOptions, filterBytes, ownAbi, seccompFilter } from './seccomp-filter';
import { launcher, refused } from './system-calls';

/**
 * The argument of buildspecs/seal.pl: the numbers of the system calls that it makes, and the filter.
 * @throws NotSupported if the machine's system calls are not known
 */
export function sealOf(machine: string, options: FilterOptions = {}): string {
  const abi = ownAbi(machine);
  const numberOf = (name: string) => launcher[abi].get(name) ?? refused[abi].get(name);
  const numbers = ['keyctl', 'mount', 'sethostname', 'seccomp'].map((name) => `${name}=${numberOf(name)}`);
  const filter = filterBytes(seccompFilter(machine, options), machine).toString('hex');
  return [...numbers, `filter=${filter}`].join(',');
}
