import type { ViewHistory } from '../../lib/operations/history';
import type { Decided, HistoryChange, HistoryEntry, Repaired } from '../../lib/publication/state/history';
import type { ViewKind, ViewSource } from '../../lib/publication/state/view-state';
import { wrapped } from '../terminal/wrapped';
import { groupsOfKeys, wordsOfKey } from './product-words';
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
  const time = minutesOf(entry.at);
  const head = `${String(entry.number).padStart(number)}  ${time}  ${entry.what.padEnd(what)}`;
  return wrapped([head, ...partsOf(entry)].join('  ').trimEnd(), number + 4, 0);
}

function partsOf(entry: HistoryEntry): string[] {
  const { by, request, execution, from, changes, decisions, decided = [], repaired, reason } = entry;
  const who = by ?? execution ?? '';
  return [
    ...(who === '' ? [] : [who]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...changes.map((change) =>
      changeText(
        change,
        decided.some(({ flavours }) => flavours.length > 0),
      ),
    ),
    ...(repaired === undefined ? [] : [repairTexts[repaired] ?? repaired]),
    ...decisions.flatMap((decision) => {
      const about = decided.filter((one) => one.decision === decision);
      return about.length === 0 ? [decisionText(decision)] : about.map(decidedText);
    }),
    ...(reason === undefined ? [] : [`(${reason})`]),
    ...(request === undefined ? [] : [`[${request}]`]),
  ];
}

/**
 * `noble amd64: +20261128.083000 -20261125.083000`
 * @param isOfFlavours whether only some flavours may be meant, which are named then: `noble amd64 (hwe-24.04)`
 */
function changeText({ products, added, removed, held, released }: HistoryChange, isOfFlavours: boolean): string {
  const flavours = isOfFlavours ? ` (${[...new Set(products.map((key) => wordsOfKey(key).name))].join(', ')})` : '';
  const names = [
    ...added.filter((name) => !released.includes(name)).map((name) => `+${name}`),
    ...released.map((name) => `+${name} (was pending)`),
    ...removed.filter((name) => !held.includes(name)).map((name) => `-${name}`),
    ...held.map((name) => `${name} pending`),
  ];
  return `${groupsOfKeys(products)}${flavours}: ${names.join(' ')}`;
}

const repairTexts: Readonly<Record<Repaired, string>> = {
  restored: 'took a restored index as a rollback',
  lost: 'went on from what was left of the view',
  'no state': 'wrote the first state of the view',
};

/** `noble amd64,arm64 (ga-24.04): hold at 20261125.083000 until 2026-12-04 00:00` */
function decidedText({ decision, ...about }: Decided): string {
  const { release, architectures, flavours, version, at, until, everywhere, link } = about;
  const of = [
    release,
    ...(architectures.length === 0 ? [] : [architectures.join(',')]),
    ...(flavours.length === 0 ? [] : [`(${flavours.join(', ')})`]),
    ...(version === undefined ? [] : [version]),
  ];
  const how = [
    decisionText(decision),
    ...(everywhere ? ['in all views'] : []),
    ...(at === undefined ? [] : [`at ${at}`]),
    ...(until === undefined ? [] : [`until ${minutesOf(until)}`]),
    ...(link === undefined ? [] : [link]),
  ];
  return `${of.join(' ')}: ${how.join(' ')}`;
}

function minutesOf(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
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
