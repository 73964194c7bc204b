import { isFrozenName } from '../../../job/layout';
import { commandLine } from '../../../job/operations/commands';
import { fieldsOfKey } from '../../../publication/state/product-key';
import { releaseOf } from '../chosen-products';
import { heldThere, type MatchedMirror, unholdCommand, type WayBack, type What } from './matched-mirror';

export const nothingBefore = 'there is nothing before it to go back to';

/** Where there is nothing to go back to: a promotion. */
export function knownInstead(view: string, what: What, mirror: MatchedMirror): WayBack {
  const { product, release, from = '' } = what;
  const key = [view, release, archOf(product), from, isBetween(view, product, mirror)].join(' ');
  const way = mirror.instead.get(key) ?? insteadOf(view, what, mirror);
  mirror.instead.set(key, way);
  return way;
}

/** A promotion of what its source offers by now, if that would be taken; by then, the view must not be held. */
function insteadOf(view: string, what: What, mirror: MatchedMirror): WayBack {
  const { release, product } = what;
  const { kind, source, holds = [] } = mirror.states.get(view) ?? {};
  if (kind !== 'promoted') return { commands: [], why: `${nothingBefore}; publish a good one` };
  const { moved, isWhole } = movedWith(view, what, mirror);
  const unhold = unholdCommand(view, release, moved, holds);
  const from = sourceOf(view, what, moved, mirror);
  if (from === undefined) return { commands: [], why: `${nothingBefore}; promote a good one${heldToo(unhold, what)}` };
  // With an age, nothing is taken that is older than what the view has.
  const isTaken = source?.promote?.after === undefined && isTakenFrom(from, view, moved, mirror);
  if (!isTaken)
    return {
      commands: [],
      why: `${nothingBefore}; once ${from} offers a newer good one, promote it${heldToo(unhold, what)}`,
    };
  const promote = commandLine(['promote', from, view, release], isWhole ? {} : { architectures: [archOf(product)] });
  const why = `${nothingBefore}; instead, promote what ${from} offers`;
  if (unhold === undefined) return { commands: [promote], why };
  return { commands: [unhold, promote], why: `${why}, once ${release} is not held there` };
}

const heldToo = (unhold: string | undefined, what: What) =>
  unhold === undefined ? '' : `; ${heldThere(what)}: unhold it first`;

/** What a promotion moves together: the release if no product has anything to go back to, else an architecture. */
function movedWith(view: string, { product, release }: What, { views }: MatchedMirror) {
  const { offers = new Map<string, unknown>(), stuck = new Set<string>() } = views.get(view) ?? {};
  const ofRelease = [...offers.keys()].filter((key) => releaseOf(fieldsOfKey(key)) === release);
  const isWhole = ofRelease.every((key) => stuck.has(key));
  return { isWhole, moved: isWhole ? ofRelease : ofRelease.filter((key) => archOf(key) === archOf(product)) };
}

/**
 * Where a promoted view is filled from: as it is set, or where the version was built. Otherwise any view whose version would be
 * taken; of views that may be between, only one that is promoted, which a promotion must not pass by.
 */
function sourceOf(view: string, { product, from: origin }: What, moved: readonly string[], mirror: MatchedMirror) {
  const { views, states } = mirror;
  const isPassing = isBetween(view, product, mirror);
  const own = states.get(view)?.source?.promote?.from ?? (isPassing ? undefined : origin);
  if (own !== undefined && own !== view && views.has(own)) return own;
  const kinds = isPassing ? ['promoted'] : ['promoted', 'built'];
  return [...views.keys()].find((other) => {
    const state = states.get(other);
    const isSource = state !== undefined && kinds.includes(state.kind) && state.source?.promote?.from !== view;
    return other !== view && !isFrozenName(other) && isSource && isTakenFrom(other, view, moved, mirror);
  });
}

function isTakenFrom(from: string, view: string, moved: readonly string[], { views, states }: MatchedMirror): boolean {
  const { failed = new Set<string>() } = views.get(view) ?? {};
  const { require = [] } = states.get(view)?.source?.promote ?? {};
  return moved.every((key) => {
    const offered = views.get(from)?.offers.get(key);
    const isFit = offered !== undefined && require.every((check) => offered.passed.includes(check));
    return isFit && !failed.has(offered.content);
  });
}

/** Whether a view that is filled by hand may be filled from another promoted one, which a promotion must not pass by. */
function isBetween(view: string, product: string, { views, states }: MatchedMirror): boolean {
  return [...views].some(([name, { keys }]) => {
    return name !== view && states.get(name)?.kind === 'promoted' && keys.has(product);
  });
}

const archOf = (key: string) => fieldsOfKey(key).arch ?? '';
