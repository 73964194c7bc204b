import type { Operation } from '../../lib/job/operations/operation';
import type { OperationOutcome, PlanLine, ViewOutcome } from '../../lib/job/operations/outcome';
import { wordsOfKey } from '../reading/product-words';
import { wrapped } from '../terminal/wrapped';
import { plainLines } from './line-text';
import { remarkLines } from './remark-text';
import type { MirrorWords } from './which-mirror';

interface Showing {
  /** Whether people are asked next: the plan need not be typed then. */
  readonly isQuestion?: boolean;
}

/** What an operation did, or would do, for a terminal of 80 columns. */
export function outcomeLines(
  asked: Operation,
  outcome: OperationOutcome,
  words: MirrorWords,
  { isQuestion = false }: Showing = {},
): string[] {
  const { dryRun } = asked;
  const changes = outcome.views.filter(({ lines, moved }) => moved || (dryRun && lines.length > 0));
  const isNothing = changes.length === 0;
  return [
    ...(isNothing ? nothingLines(asked, outcome) : changes.flatMap((view) => viewLines(view, asked))),
    ...outcome.followed
      .filter(({ moved }) => moved)
      .map(({ view }) => `${view}: updated, since it follows a changed view`),
    ...remarkLines(asked, outcome, { isNothing, words }),
    ...(dryRun && !isNothing && !isQuestion ? planLines(outcome.plan) : []),
  ];
}

function nothingLines({ operation }: Operation, { views }: OperationOutcome): string[] {
  const reasons = views.flatMap((view) => view.lines.filter(({ does }) => quiet.includes(does)));
  const text = `${operation.does.replace('-', ' ')}: nothing to be done`;
  return reasons.length === 0 ? [text] : [text, ...plainLines(reasons)];
}

/** They say why something is not done. */
const quiet: readonly PlanLine['does'][] = ['leave out', 'pass over'];

function planLines(plan: string): string[] {
  return ['Nothing was changed. To carry out exactly this, replace --dry-run with:', `  --plan ${plan}`];
}

function viewLines({ view, lines }: ViewOutcome, asked: Operation): string[] {
  return [...wrapped(titleOf(view, asked), 2, 0), ...changeLines(lines)];
}

/** What is done to a view: the view as a whole, then its products. */
export function changeLines(lines: readonly PlanLine[]): string[] {
  const byGroup = Map.groupBy(lines, ({ product }) => (product === undefined ? '' : wordsOfKey(product).group));
  const whole = byGroup.get('') ?? [];
  byGroup.delete('');
  const groups = [...byGroup].flatMap(([group, some]) => [`  ${group}`, ...productLines(some)]);
  return [...plainLines(whole), ...groups];
}

/** `promote candidate -> stable`, or the name of the view. */
function titleOf(view: string, { operation, dryRun }: Operation): string {
  const name = operation.does === 'promote' ? `${operation.from} -> ${view}` : view;
  const does = operation.does.replace('-', ' ');
  return `${name}: ${does}${dryRun ? ' (dry run)' : ''}`;
}

/** Each product with its newest version before and after; then what does not change the newest. */
function productLines(lines: readonly PlanLine[]): string[] {
  const products = [...Map.groupBy(lines, ({ product = '' }) => product)];
  const moves = products.flatMap(([product, some]) => moveOf(product, some));
  const width = Math.max(0, ...moves.map(({ name }) => name.length));
  const moved = moves.flatMap(({ name, text }) => wrapped(`${name.padEnd(width)}  ${text}`, 8, 4));
  return [
    ...moved,
    ...plainLines(
      lines.filter((line) => !isMove(line)),
      4,
    ),
  ];
}

const moving: readonly PlanLine['does'][] = ['offer', 'take back', 'hold back', 'drop'];
const isMove = ({ does }: PlanLine) => moving.includes(does);

function moveOf(product: string, lines: readonly PlanLine[]): { name: string; text: string }[] {
  const moves = lines.filter(isMove);
  const [first] = moves;
  if (first === undefined) return [];
  const { name } = wordsOfKey(product);
  const newer = moves.filter((line) => !isShelved(line));
  if (newer.length === 0)
    return [{ name, text: `${moves.map(({ version }) => version).join(', ')} removed (it was not offered)` }];
  const before = moves.find((line) => line.before !== undefined)?.before;
  const newest = moves.findLast((line) => line.newest !== undefined)?.newest;
  const isDropped = moves.some(({ does }) => does === 'drop');
  const next = isDropped ? 'no version left' : (newest ?? lastName(moves));
  const pending = moves.filter(({ does }) => does === 'hold back').length;
  const notes = [
    ...(pending === 0 ? [] : [`${pending} pending`]),
    ...moves.flatMap(({ does, version, name: given }) =>
      does === 'offer' && given !== undefined && version !== undefined && given !== version ? [`was ${version}`] : [],
    ),
  ];
  const moved = before === undefined ? `new: ${next}` : `${before} -> ${next}`;
  const text = before === next ? `${next} stays the newest; ${goneFrom(moves)}` : moved;
  return [{ name, text: notes.length === 0 ? text : `${text} (${[...new Set(notes)].join(', ')})` }];
}

/** What was pending or withdrawn is not offered, so nothing changes for readers. */
const isShelved = ({ does, before, newest }: PlanLine) =>
  does === 'take back' && before === undefined && newest === undefined;

function goneFrom(lines: readonly PlanLine[]): string {
  const gone = lines.filter(({ does }) => does === 'take back').map(({ version = '' }) => version);
  return gone.length === 0 ? 'older versions change' : `${gone.join(', ')} taken out`;
}

function lastName(lines: readonly PlanLine[]): string {
  const { name, version = '' } = lines.at(-1) ?? {};
  return name ?? version;
}
