import { MirrorError } from '../../errors';
import { type Asked, askerOf, noteOf } from '../plans/asked';
import { contentOfView, type MirrorContent, type Planned } from '../plans/planned';
import { planPromotion } from '../promotion/promote-plan';
import { refuseCircle } from './refuse-circle';

type Promote = Asked<'view-create'>['promote'];

/** Creates a promoted view with what may be promoted now. @throws BadInput (misuse) if that is nothing */
export function createdByPromotion(
  request: Asked<'view-create'>,
  promote: Promote,
  mirror: MirrorContent,
  at: Date,
): Planned {
  const { name, configured } = request;
  if (promote === undefined) throw byHand(name);
  const { from, after = '0m', require } = promote;
  contentOfView(mirror, from);
  refuseCircle(name, [from], mirror);
  const scope = { architectures: [], flavours: [] };
  const asked = { does: 'promote', from, to: name, after, require, ...scope, ...askerOf(request) } as const;
  const planned = planPromotion(asked, mirror, at);
  const [view] = planned.views;
  const { state } = view?.change ?? {};
  if (view?.change === undefined || state === undefined)
    return { ...planned, refusal: planned.refusal ?? nothingYet(name, from) };
  const source = { promote };
  const next = { ...state, source, ...(configured !== undefined && { configured }) };
  const change = { ...view.change, state: next, note: { ...noteOf('view', request), from } };
  return {
    ...planned,
    views: [{ ...view, change }],
    remarks: planned.remarks.filter(({ about }) => about !== 'undo'),
  };
}

function byHand(name: string): MirrorError {
  return new MirrorError('BadInput', `${name} would be empty: MAAS rejects a source without products`, {
    hint: `fill it by a promotion, which creates it: maas-mirror promote VIEW ${name}`,
    misuse: true,
  });
}

function nothingYet(name: string, from: string): MirrorError {
  return new MirrorError('ContractBroken', `${name} would be empty: ${from} has nothing yet that may be promoted`, {
    hint: `the first promotion creates it, once ${from} has a version that may be promoted`,
  });
}
