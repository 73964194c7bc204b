import { MirrorError } from '../../errors';
import { withdrawnError } from '../../publication/gate/withdrawn-error';
import type { Candidate, ChosenSet, PassedOver } from '../../publication/offers/chosen-set';
import { untestedKernel } from '../../publication/offers/untested-kernel';
import { contentDigest, productKey } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import { nameOf, productsIn, releaseOf } from '../plans/chosen-products';

/** Why a version is passed over or left out, in a clause. */
export function reasonOf(why: PassedOver['why'], candidate?: Candidate): string {
  switch (why.why) {
    case 'removed':
      return `removed from ${why.view} (name the release to promote it again)`;
    case 'withdrawn':
      return `withdrawn in ${why.match.withdrawal.view}`;
    case 'failed':
      return `failed ${why.check}`;
    case 'not attested':
      return `no result of ${why.check}`;
    case 'not booted':
      return `not boot-tested (${candidate === undefined ? why.gate : untested(candidate, why.gate)})`;
    case 'young':
      return `too young (published ${why.since})`;
    case 'incomplete':
      return `no version of ${why.missing.join(', ')} has its root`;
  }
}

/**
 * The error of a promotion by hand of which the newest version may not be taken.
 * @param own checks that the setting of the target requires
 * @returns undefined if nothing newer was passed over
 */
export function refusalOf(
  { passedOver: [first] }: ChosenSet,
  from: ViewContent,
  to: string,
  own: readonly string[],
): MirrorError | undefined {
  if (first === undefined) return undefined;
  const waiving = (check: string) => (own.includes(check) ? ', or promote without it: --waive-checks REASON' : '');
  const { candidate, why } = first;
  const { product, name } = candidate;
  const release = releaseOf(product);
  switch (why.why) {
    case 'withdrawn':
      return withdrawnError(release, name, why.match);
    case 'failed':
      return new MirrorError('NotAttested', `${release} ${name} failed ${why.check}${linkOf(first, why.check, from)}`, {
        hint: 'promote an older version with --after, or attest it again once the cause is fixed',
      });
    case 'not attested':
      return new MirrorError('NotAttested', `${release} ${name} has no result of ${why.check} yet`, {
        hint: `give one: maas-mirror attest ${from.view} ${release} ${name} --check ${why.check} --pass${waiving(why.check)}`,
      });
    case 'not booted':
      return new MirrorError(
        'NotBooted',
        `${nameOf(product)} ${name} was not boot-tested (${untested(candidate, why.gate)})`,
        {
          hint: 'promote a tested version, or give --waive-boot-test REASON',
        },
      );
    case 'removed':
      return undefined; // what is not named is passed over
    case 'young':
      return undefined; // only --after asks for an age, and passes over
    case 'incomplete':
      return new MirrorError(
        'ContractBroken',
        `${to} also offers ${why.missing.join(', ')}, which would keep another root than ${release} ${name}`,
        {
          hint: `promote them together; what ${from.view} no longer has, remove from ${to} first: maas-mirror remove`,
        },
      );
  }
}

/** A kernel that a rollback took from an older version has not booted with this root, though that was not waived. */
function untested({ version }: Candidate, gate: string): string {
  const from = untestedKernel(version);
  return from === undefined ? gate : `its kernel is that of ${from}, after a rollback`;
}

/** ` (https://lab/412)`, or nothing. */
function linkOf({ candidate }: PassedOver, check: string, from: ViewContent): string {
  const id = productsIn(from).find(({ key }) => key === productKey(candidate.product))?.id ?? '';
  const results = from.ledger.products[id]?.attested[contentDigest(candidate.version)] ?? [];
  const link = results.find((one) => one.check === check)?.link;
  return link === undefined ? '' : ` (${link})`;
}
