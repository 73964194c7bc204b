import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { type Asked, type Asker, noteOf } from '../asked';
import { chosenProducts } from '../chosen-products';
import { type ChosenVersion, chosenVersions, type Settled } from '../chosen-versions';
import { markFor, markLines, markOfNew, newParts, withMark } from '../marked';
import { type MirrorContent, type PlannedView, viewToChange } from '../planned';

/** What a withdrawal does in the view that it names. */
interface Withdrawing {
  readonly named: ViewContent;
  readonly versions: readonly ChosenVersion[];
  readonly mark: Withdrawal;
  readonly planned: PlannedView;
}

/** A withdrawal in the view that it names, without how it is undone. @throws NoSuchVersion (misuse) */
export function withdrawing(request: Asked<'withdraw'> & Settled, mirror: MirrorContent, at: Date): Withdrawing {
  const named = viewToChange(mirror, request.view);
  const versions = chosenVersions(request.view, chosenProducts(named, request), request.version, request);
  const mark = markOfNew(markFor(versions, request, named, at), named);
  return { named, versions, mark, planned: markedIn(named, mark, request) };
}

/** Sets a mark in a view; nothing else moves. */
export function markedIn(content: ViewContent, mark: Withdrawal, asker: Asker): PlannedView {
  const withdrawals = withMark(content, mark);
  const parts = newParts(mark, content);
  if (withdrawals === undefined || parts.length === 0) return { view: content.view, lines: [] };
  const change = { state: { ...content.state, withdrawals }, note: noteOf('withdraw', asker) };
  return { view: content.view, change, lines: markLines({ parts }) };
}
