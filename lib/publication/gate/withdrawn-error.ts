import { MirrorError } from '../../errors';
import { commandLine } from '../../job/operations/commands';
import type { Withdrawal } from '../state/withdrawal';
import type { Match } from '../state/withdrawals';

/**
 * The refusal of a withdrawn version as new.
 * @param release of the version; `bootloaders`
 */
export function withdrawnError(release: string, name: string, { withdrawal, by }: Match): MirrorError {
  const { at, reason, version } = withdrawal;
  const one = `${release} ${name}`;
  const other = `${withdrawal.release} ${version}`;
  const what = one === other ? `${one} is` : `${one} ${how[by]} ${other}, which is`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return new MirrorError('Withdrawn', `${what} withdrawn since ${at.slice(0, 10)}${why}`, {
    hint: `restore it first: ${restoreCommand(withdrawal)}`,
  });
}

/** The command that lifts a withdrawal, and no other one of the same version. */
export function restoreCommand({ everywhere, view, release, version, ...scope }: Withdrawal): string {
  return commandLine(['restore', view, release, version], { ...scope, allViews: everywhere === true });
}

const how: Readonly<Record<Match['by'], string>> = {
  version: 'has the files of',
  flavour: 'has the kernel of',
  base: 'was made of',
  inputs: 'was made from the same inputs as',
  sources: 'was made from the same packages as',
  name: 'has the name of',
};
