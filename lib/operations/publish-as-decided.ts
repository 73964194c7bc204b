import type { Followed } from '../job/operations/outcome';
import type { Press } from '../publication/press';
import { readIndex } from '../publication/read-index';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import { lastOf } from './carry-out/last-of';
import { takeBackSince } from './carry-out/withdrawn-since';
import { liftEndedHolds } from './lift-ended-holds';

/**
 * Publishes what a build made, after the holds of its view that have ended were lifted. A rollback in all views does not see a
 * view whose first publication comes after it has listed the views: what it withdrew is taken back there.
 * @param without what was published, without versions that were taken back: `<product id> <name>`
 * @returns what was published, also with the views that could not follow the end of a hold
 * @throws Withdrawn if the new view has nothing to go back to; the errors of `publish` and changeView
 */
export async function publishAsDecided<Done extends { readonly followed: readonly Followed[] }>(
  view: string,
  press: Press,
  publish: () => Promise<Done>,
  without: (done: Done, left: ReadonlySet<string>) => Done,
): Promise<Done> {
  const { index } = await readIndex(view, press);
  const known = index === undefined ? await withdrawnEverywhere(press) : undefined;
  const before = await liftEndedHolds(view, press);
  const done = await publish();
  const asker = { reason: 'withdrawn in all views' };
  const since = known && (await takeBackSince(view, known, { asker, at: press.now(), press }));
  const stays = since === undefined ? done : without(done, since.left);
  return { ...stays, followed: lastOf([...before, ...done.followed, ...(since?.followed ?? [])]) };
}
