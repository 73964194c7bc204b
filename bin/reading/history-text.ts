import type { ViewHistory } from '../../lib/operations/history';
import type { HistoryChange, HistoryEntry } from '../../lib/publication/state/history';
import type { ViewKind, ViewSource } from '../../lib/publication/state/view-state';
import { wrapped } from '../terminal/wrapped';
import { groupsOfKeys } from './product-words';
import { sourceText } from './views-text';

/** A history, newest first: number, time (UTC), what, by whom, what changed, why. Long entries take several lines. */
export function historyLines({ view, total, entries }: ViewHistory): string[] {
  if (entries.length === 0) return [`nothing is recorded about ${view}`];
  const widths = {
    number: Math.max(...entries.map(({ number }) => String(number).length)),
    what: Math.max(...entries.map(({ what }) => what.length)),
  };
  const lines = entries.flatMap((entry) => entryLines(entry, widths));
  return total === entries.length
    ? lines
    : [...lines, `${entries.length} of ${total} entries; --last ${total} shows all`];
}

interface Widths {
  readonly number: number;
  readonly what: number;
}

function entryLines(entry: HistoryEntry, { number, what }: Widths): string[] {
  const time = entry.at.slice(0, 16).replace('T', ' ');
  const head = `${String(entry.number).padStart(number)}  ${time}  ${entry.what.padEnd(what)}`;
  return wrapped([head, ...partsOf(entry)].join('  ').trimEnd(), number + 4, 0);
}

function partsOf({ by, request, execution, from, changes, decisions, reason }: HistoryEntry): string[] {
  const who = by ?? execution ?? '';
  return [
    ...(who === '' ? [] : [who]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...changes.map(changeText),
    ...decisions.map(decisionText),
    ...(reason === undefined ? [] : [`(${reason})`]),
    ...(request === undefined ? [] : [`[${request}]`]),
  ];
}

/** `noble amd64: +20261128.083000 -20261125.083000` */
function changeText({ products, added, removed, held, released }: HistoryChange): string {
  const names = [
    ...added.filter((name) => !released.includes(name)).map((name) => `+${name}`),
    ...released.map((name) => `+${name} (was pending)`),
    ...removed.filter((name) => !held.includes(name)).map((name) => `-${name}`),
    ...held.map((name) => `${name} pending`),
  ];
  return `${groupsOfKeys(products)}: ${names.join(' ')}`;
}

/** Without the ids, which are for programs. */
function decisionText(decision: string): string {
  const [, source] = /^source (.+)$/.exec(decision) ?? [];
  if (source !== undefined) return `source: ${sourceText(sourceIn(source))}`;
  return decision.replace(/ [0-9a-f]{12}(?= |$)/, '');
}

/** A source, or the kind of a view that has none. */
function sourceIn(json: string): Parameters<typeof sourceText>[0] {
  const value: ViewSource | ViewKind = JSON.parse(json);
  return typeof value === 'string' ? { kind: value } : { kind: 'selected', source: value };
}
