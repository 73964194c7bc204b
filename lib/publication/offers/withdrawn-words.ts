import type { Match } from '../state/withdrawals';

/** What a build says of a withdrawal: `withdrawn: same inputs as 20261125.083000 (NIC driver lost)`. */
export function saidOf({ withdrawal: { version, reason }, by }: Match): string {
  return `withdrawn: ${same[by]} ${version}${reason === undefined ? '' : ` (${reason})`}`;
}

const same: Readonly<Record<Match['by'], string>> = {
  version: 'same files as',
  flavour: 'same kernel as',
  base: 'made of the image of',
  inputs: 'same inputs as',
  sources: 'same packages as',
  name: 'same name as',
};
