import { MirrorError } from '../../errors';
import { isFrozenName } from '../../job/layout';
import type { OperationRequest } from '../../job/operations/operation';
import { contentOf } from '../../publication/next-content';
import type { Press } from '../../publication/press';
import type { Reading } from '../../publication/read-index';
import { readRemaining, readView } from '../../publication/read-view';
import type { ViewContent } from '../../publication/state/view-content';
import { deletedViewsOf, viewsOf } from '../../publication/views';
import { decidedEverywhere } from '../../publication/withdrawn-everywhere';
import type { MirrorContent } from '../plans/planned';
import { viewNamed, viewsNeeded } from './views-needed';

/** What an operation depends on, and the views that it passes through, one after the other. */
export interface ReadMirror extends Required<MirrorContent> {
  readonly views: Map<string, ViewContent>;
  readonly passes: readonly string[];
}

/**
 * Reads what an operation depends on: one view after the other, since a large one takes much memory while it is read.
 * @throws NoSuchView (misuse), which lists the views; the errors of readView
 */
export async function readMirror(request: OperationRequest, press: Press): Promise<ReadMirror> {
  const all = await viewsFor(request, press);
  const named = viewNamed(request);
  if (named !== undefined && !all.includes(named)) throw noSuchView(named, all, request, press);
  const { reads, passes } = viewsNeeded(request, all);
  const views = new Map<string, ViewContent>();
  const read = request.does === 'view-delete' ? readRemaining : readView;
  for (const name of reads) views.set(name, contentOf(await read(name, press)));
  return { views, ...(await decidedEverywhere(press)), snapshots: all.filter(isFrozenName), passes };
}

/** A view that an operation passes through. */
export async function readOther(view: string, reading: Reading): Promise<ViewContent> {
  return contentOf(await readView(view, reading));
}

/** Views that have come since, of those that an operation changes. */
export async function newViews(
  request: OperationRequest,
  known: ReadonlySet<string>,
  { mirror }: Reading,
): Promise<readonly string[]> {
  const { changes } = viewsNeeded(request, await viewsFor(request, { mirror }));
  return changes.filter((view) => !known.has(view));
}

/** The views that an operation may be about: what was withdrawn in a view that was deleted can still be restored. */
async function viewsFor({ does }: OperationRequest, { mirror }: Reading): Promise<readonly string[]> {
  const deleted = does === 'restore' ? await deletedViewsOf(mirror) : [];
  return [...(await viewsOf(mirror)), ...deleted];
}

function noSuchView(
  view: string,
  all: readonly string[],
  { does }: OperationRequest,
  { mirror }: Reading,
): MirrorError {
  const others = does === 'view-set' ? `create it: maas-mirror view create ${view} …` : 'give one of its views';
  const has = all.length === 0 ? 'it has none' : `it has ${all.join(', ')}`;
  return new MirrorError('NoSuchView', `${mirror.name} has no view ${JSON.stringify(view)}; ${has}`, {
    hint: all.length === 0 ? 'publish to a view first' : others,
    misuse: true,
  });
}
