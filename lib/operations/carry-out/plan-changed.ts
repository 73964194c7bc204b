import { MirrorError } from '../../errors';
import type { Remark } from '../../job/operations/outcome';

/** @param remarks of the plan that would be carried out now: what cannot be read is missing in it */
export function planChanged(remarks: readonly Remark[] = []): MirrorError {
  const unread = remarks.filter(({ about }) => about === 'not done' || about === 'not read');
  const views = unread.map(({ view, why }) => `; ${view} cannot be read: ${why}`).join('');
  const said = `this plan was made with other options, or the mirror has changed since${views}`;
  return new MirrorError('PlanChanged', said, { hint: 'for a new plan, give --dry-run instead of --plan' });
}
