/* operations/views: views are created, pointed elsewhere, frozen, deleted and repaired. */

import { MirrorError } from '../../errors';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import { elsewhere } from '../../publication/gate/refusal';
import { dependentsOf } from '../../publication/offers/dropped';
import { deletingError } from '../../publication/state/deleting-error';
import type { ViewContent } from '../../publication/state/view-content';
import { filledFrom, type ViewState } from '../../publication/state/view-state';
import { writeJson } from '../../simplestreams/json';
import { type Asked, noteOf } from '../plans/asked';
import {
  anyContentOf,
  contentOfView,
  type MirrorContent,
  type Planned,
  type Planner,
  statesIn,
  viewToChange,
} from '../plans/planned';
import { sourceText } from '../plans/source-text';
import { targetOf } from '../promotion/target';
import { createdByPromotion } from './created-by-promotion';
import { refuseCircle } from './refuse-circle';
import { selectedFrom } from './selected-from';
import { undoing } from './set-again';

/**
 * Creates a view: a selected one with what it selects, a promoted one with what may be promoted now. One that is filled by
 * hand is created by its first promotion, since MAAS refuses a view without products.
 */
export const planViewCreation: Planner<Asked<'view-create'>> = (request, mirror, at): Planned => {
  const { name, select, promote } = request;
  const there = mirror.views.get(name);
  if (there?.state.deleting) throw deletingError(name);
  if ((there?.documents.size ?? 0) > 0) throw alreadyThere(name);
  const created: PlanLine = { does: 'create', why: sourceText(request) };
  const planned = select
    ? selectedFrom(request, select, targetOf(mirror, name), mirror, at)
    : createdByPromotion(request, promote, mirror, at);
  const undo: Remark = { about: 'undo', commands: [`maas-mirror view delete ${name}`] };
  const isSaid = ({ does }: PlanLine) => does === 'create' || (does === 'set' && request.select !== undefined);
  return {
    ...planned,
    views: planned.views.map((one) => ({
      ...one,
      lines: [created, ...one.lines.filter((line) => !isSaid(line))],
    })),
    remarks: [...planned.remarks, undo],
  };
};

/**
 * Sets where a view gets its versions. A selected view offers at once what it then selects, in one commit; a promoted one keeps
 * what it offers, and gets the rest by promotion. A built view stays one, unless an older release made it, which had no other
 * kind, and it was not built since.
 */
export const planViewSource: Planner<Asked<'view-set'>> = (request, mirror, at): Planned => {
  const planned = sourceSet(request, mirror, at);
  const content = viewToChange(mirror, request.name);
  return { ...planned, remarks: [...planned.remarks, ...undoing(content, planned, mirror)] };
};

/** Without how it is undone. */
const sourceSet: Planner<Asked<'view-set'>> = (request, mirror, at): Planned => {
  const { state, ...there } = viewToChange(mirror, request.name);
  const { upgraded = false, ...kept } = state;
  if (state.kind === 'built' && !upgraded) throw builtByItsRecipe(request.name);
  const content: ViewContent = { ...there, state: kept };
  const planned = request.select
    ? selectedFrom(request, request.select, content, mirror, at)
    : setToPromotion(request, content, mirror);
  if (!upgraded) return planned;
  const noBuilds: PlanLine = { does: 'set', why: 'no longer built: builds into it are refused' };
  return { ...planned, views: planned.views.map((one) => ({ ...one, lines: [...one.lines, noBuilds] })) };
};

/** Deletes a view that no other is made from. What it was is remembered, in case that it is created again. */
export const planViewDeletion: Planner<Asked<'view-delete'>> = (request, mirror): Planned => {
  const { name } = request;
  const content = anyContentOf(mirror, name);
  refuseToLoseSource(name, mirror);
  const products = [...content.documents.values()].flatMap((document) => Object.values(document.products));
  return {
    views: [{ view: name, deletes: noteOf('view', request), lines: [{ does: 'delete' }] }],
    remarks: dependentsOf(products, new Map()),
  };
};

function setToPromotion(request: Asked<'view-set'>, content: ViewContent, mirror: MirrorContent): Planned {
  const { name, promote, configured } = request;
  if (promote !== undefined) {
    contentOfView(mirror, promote.from);
    refuseCircle(name, [promote.from], mirror);
  }
  // What the file said stays known: what an operator sets stands until the file changes.
  const { source: _before, ...kept } = content.state;
  const state: ViewState = {
    ...kept,
    kind: 'promoted',
    ...(promote && { source: { promote } }),
    ...(configured !== undefined && { configured }),
  };
  if (writeJson(state) === writeJson(content.state)) return { views: [{ view: name, lines: [] }], remarks: [] };
  const lines: PlanLine[] = isSameSource(state, content.state) ? [] : [{ does: 'set', why: sourceText(request) }];
  const from = promote && { from: promote.from };
  return {
    views: [{ view: name, change: { state, note: { ...noteOf('view', request), ...from } }, lines }],
    remarks: [],
  };
}

function isSameSource(one: ViewState, other: ViewState): boolean {
  const told = ({ kind, source = {} }: ViewState) => writeJson({ kind, source });
  return told(one) === told(other);
}

function refuseToLoseSource(name: string, mirror: MirrorContent): void {
  const [follower] = filledFrom(name, statesIn(mirror));
  if (follower === undefined) return;
  const [view, state] = follower;
  const how = state.kind === 'selected' ? `follows ${name}` : `is filled from ${name}`;
  throw new MirrorError('BadInput', `${view} ${how}, so ${name} cannot be deleted`, {
    hint: `point it elsewhere first: ${elsewhere(view, state, [name])}`,
    misuse: true,
  });
}

function alreadyThere(name: string): MirrorError {
  return new MirrorError('BadInput', `the view ${name} exists already`, {
    hint: `to point it elsewhere: maas-mirror view set ${name} --from VIEW`,
    misuse: true,
  });
}

function builtByItsRecipe(name: string): MirrorError {
  return new MirrorError('BadInput', `${name} is built from its recipe; it cannot get its versions from another view`, {
    hint: 'create a view for that: maas-mirror view create NAME --from VIEW',
    misuse: true,
  });
}
