import { commandLine } from '../../../job/operations/commands';
import type { Remark } from '../../../job/operations/outcome';
import { highest } from '../../../publication/state/highest';
import { fieldsOfKey } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { newestVersion } from '../../../simplestreams/merge';
import { byBytes } from '../../../simplestreams/version-order';
import { type Asked, askerOf } from '../asked';
import { backIn } from '../back/back-in';
import { heldBack } from '../back/held-back';
import { rolledBack, takenBackIn } from '../back/rolled-back';
import { markedIn, withdrawing } from '../back/withdrawing';
import { productsIn } from '../chosen-products';
import { afterwards, isAgain, type Step, undoRemark, type Way, wayBack } from '../leads-back';
import type { MirrorContent, Planned, PlannedElsewhere, PlannedView } from '../planned';
import { remaining } from './lifted';
import type { Restored } from './restored';

/** How a restoration is undone. */
interface WithdrawnAgain {
  /** What that does in another view. @param planned what the restoration does there */
  readonly elsewhere: (content: ViewContent, planned: PlannedView) => PlannedElsewhere;
  readonly remarks: (others: readonly PlannedElsewhere[]) => readonly Remark[];
}

/**
 * How a restoration is undone: what came back is rolled back again, what was only marked is withdrawn again. Nothing for a
 * selected view, which offers next what its sources have by then, nor where the version is gone.
 */
export function withdrawnAgain(
  { content, lifted, planned }: Restored,
  request: Asked<'restore'>,
  mirror: MirrorContent,
  at: Date,
): WithdrawnAgain {
  const after = { ...content, ...planned.change, view: content.view };
  const withdrawn = remaining(mirror.withdrawn, lifted);
  const asked: Again = { request, withdrawn, at, floor: floorOf(content, planned) };
  const found = content.state.kind === 'selected' ? undefined : wayBack(content, after, waysOf(lifted, asked), isAgain);
  if (found === undefined) return { elsewhere: () => ({}), remarks: () => [] };
  const marks = marksOf(after, found.way.steps);
  return {
    elsewhere: (other, there) => undoneIn(other, there, marks, asked),
    remarks: (others) => {
      if (others.some(({ isUndoRefused = false }) => isUndoRefused)) return [];
      return [undoRemark(found.way, found.isExact && others.every(({ isUndone = true }) => isUndone))];
    },
  };
}

interface Again {
  readonly request: Asked<'restore'>;
  /** The withdrawals of all views that remain. */
  readonly withdrawn: readonly Withdrawal[];
  readonly at: Date;
  /** The highest version to which what comes back could be rolled back. @default - nothing comes back */
  readonly floor: string | undefined;
}

/** A command that withdraws, and the mark that it sets. */
interface MarkingStep extends Step {
  readonly markIn: (content: ViewContent) => Withdrawal | undefined;
  /** Whether it takes back what the mark matches. */
  readonly moves: boolean;
}

interface MarkingWay extends Way {
  readonly steps: readonly MarkingStep[];
}

function floorOf(content: ViewContent, { lines }: PlannedView): string | undefined {
  const back = new Set(
    lines.flatMap(({ does, product }) => (does === 'offer' && product !== undefined ? [product] : [])),
  );
  return highest(
    productsIn(content).flatMap(({ key, product }) => (back.has(key) ? (newestVersion(product) ?? []) : [])),
  );
}

/** Of several marks, the widest one is rolled back, after the others are set: each is another command. */
function waysOf(lifted: Restored['lifted'], asked: Again): MarkingWay[] {
  const marks = [...lifted.values()].sort((one, other) => one.parts.length - other.parts.length);
  const widest = marks.at(-1);
  if (widest === undefined) return [];
  const others = marks.slice(0, -1).flatMap((mark) => withdrawals(mark, asked));
  const again = { steps: [...others, ...withdrawals(widest, asked)], does: 'withdraw it again' };
  if (asked.floor === undefined) return [again];
  const back = [rollback(widest, asked), rollback(widest, asked, asked.floor)];
  return [...back.map((step) => ({ steps: [...others, step], does: 'roll it back again' })), again];
}

/** What was withdrawn together may have several names. */
function withdrawals(mark: Withdrawal, { request, withdrawn, at }: Again): MarkingStep[] {
  const { view, allViews } = request;
  const scope = scopeOf(mark, request);
  const names = [...new Set(mark.parts.map(({ version }) => version))].sort(byBytes);
  return names.map((version) => {
    const asked: Asked<'withdraw'> = { does: 'withdraw', view, release: mark.release, version, ...scope, allViews };
    const plan = (content: ViewContent) => withdrawing(asked, mirrorOf(content, withdrawn), at);
    return {
      command: commandLine(['withdraw', view, mark.release, version], { ...scope, allViews }),
      plan: (content) => ({ views: [plan(content).planned], remarks: [] }),
      markIn: (content) => plan(content).mark,
      moves: false,
    };
  });
}

function rollback(mark: Withdrawal, { request, withdrawn, at }: Again, to?: string): MarkingStep {
  const { view, allViews } = request;
  const scope = scopeOf(mark, request);
  const how = { ...scope, allViews, republish: false, ...(to !== undefined && { to }) };
  const asked: Asked<'rollback'> = { does: 'rollback', view, release: mark.release, ...how };
  const takenIn = (content: ViewContent) => takenBackIn(content, asked, { withdrawn }, at);
  const words = ['rollback', view, mark.release, ...(to === undefined ? [] : ['--to', to])];
  return {
    command: commandLine(words, { ...scope, allViews }),
    plan: (content): Planned => {
      const taken = takenIn(content);
      if (taken === undefined) return { views: [], remarks: [] };
      const { own, refusal } = rolledBack(content, taken, asked, mirrorOf(content, withdrawn), at);
      return { views: [own.planned], remarks: [], ...(refusal && { refusal }) };
    },
    markIn: (content) => takenIn(content)?.mark,
    moves: true,
  };
}

const mirrorOf = (content: ViewContent, withdrawn: readonly Withdrawal[]): MirrorContent => ({
  views: new Map([[content.view, content]]),
  withdrawn,
});

/** As the mark was set, or as its part was named. */
function scopeOf({ architectures, flavours, parts }: Withdrawal, { architectures: named }: Asked<'restore'>) {
  const own = [...new Set(parts.map(({ product }) => fieldsOfKey(product).arch ?? ''))].sort(byBytes);
  return { architectures: named.length > 0 ? own : [...architectures], flavours: [...flavours] };
}

function marksOf(after: ViewContent, steps: readonly MarkingStep[]) {
  const marks: { readonly mark: Withdrawal; readonly moves: boolean }[] = [];
  let now = after;
  for (const { plan, markIn, moves } of steps) {
    const mark = markIn(now);
    if (mark !== undefined) marks.push({ mark, moves });
    const content = now;
    now = afterwards(content, () => plan(content)) ?? content;
  }
  return marks;
}

/** Whether the same marks leave another view as it was, or would be refused because of it. */
function undoneIn(
  before: ViewContent,
  { change }: PlannedView,
  marks: ReturnType<typeof marksOf>,
  { request, withdrawn, at }: Again,
): PlannedElsewhere {
  if (before.documents.size === 0) return change === undefined ? {} : { isUndone: false };
  let now: ViewContent = { ...before, ...change, view: before.view };
  for (const { mark, moves } of marks) {
    const back = moves ? backIn(now, mark, { ...askerOf(request), republish: false }, withdrawn, at) : undefined;
    if (back !== undefined && heldBack(back) !== undefined) return { isUndoRefused: true };
    const { change: marked } = back?.planned ?? markedIn(now, mark, request);
    now = { ...now, ...marked, view: before.view };
  }
  return { isUndone: isAgain(before, now) };
}
