import { MirrorError } from '../../errors';
import { changeView } from '../../publication/change-view';
import { deleteView } from '../../publication/delete-view';
import { followView } from '../../publication/derived/follow-views';
import type { Press } from '../../publication/press';
import { forwardLoaders } from '../../publication/restored/forward-loaders';
import type { Change, Note, ViewContent } from '../../publication/state/view-content';
import type { ViewState } from '../../publication/state/view-state';
import { type Decided, decidedEverywhere } from '../../publication/withdrawn-everywhere';
import { type Asker, noteOf } from '../plans/asked';
import { circleThrough } from '../views/refuse-circle';

/**
 * Undoes the change of a view's source if by now views are made from each other: another operator may have set a source at the
 * same time, and no commit can depend on the index of another view. What was decided meanwhile stays.
 * @param before what the view was
 * @throws BadInput (misuse) if so, which says what could not be undone; the errors of changeView
 */
export async function undoCircle(before: ViewContent, asker: Asker, press: Press): Promise<void> {
  const { view, documents } = before;
  const decided = await decidedEverywhere(press);
  const circle = circleThrough(view, decided.states);
  if (circle === undefined) return;
  const note = noteOf('view', { ...asker, reason: circle.message });
  if (documents.size === 0) {
    await deleteView(view, note, press);
    throw circle;
  }
  const isRound = (state: ViewState) => circleThrough(view, new Map([...decided.states, [view, state]])) !== undefined;
  const setBack: Change = ({ state }) =>
    isRound(state) ? { state: withSourceOf(before.state, state), note } : undefined;
  await changeView(view, setBack, press);
  try {
    await offerAsBefore(before, decided, note, press);
  } catch (cause) {
    throw cause instanceof MirrorError ? halfUndone(circle, view, cause) : cause;
  }
  throw circle;
}

/** A state with the source of another one. */
function withSourceOf({ kind, upgraded, source, configured }: ViewState, now: ViewState): ViewState {
  const { upgraded: _upgraded, source: _source, configured: _configured, ...kept } = now;
  return {
    ...kept,
    kind,
    ...(upgraded !== undefined && { upgraded }),
    ...(source && { source }),
    ...(configured !== undefined && { configured }),
  };
}

/** A selected view follows its former sources; another one offers its former documents. */
async function offerAsBefore(
  { view, documents, state, ...before }: ViewContent,
  { withdrawn }: Decided,
  note: Note,
  press: Press,
): Promise<void> {
  if (state.kind === 'selected') {
    await followView(view, withdrawn, press);
    return;
  }
  const offered = [{ ...before, view, documents, state }];
  const back: Change = (now, at) => {
    if (now.state.kind !== state.kind) return undefined;
    return { documents: forwardLoaders(documents, now, at), ...{ offered, withdrawn, note } };
  };
  await changeView(view, back, press);
}

function halfUndone({ name, message, hint }: MirrorError, view: string, cause: MirrorError): MirrorError {
  const said = `${message}; ${view} has its former source again, but does not offer what it did: ${cause.message}`;
  return new MirrorError(name, said, { hint, misuse: true, cause });
}
