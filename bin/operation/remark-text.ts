import type { Operation } from '../../lib/job/operations/operation';
import type { OperationOutcome, Remark } from '../../lib/job/operations/outcome';
import { wordsOfKey } from '../reading/product-words';
import { counted, size } from '../terminal/sizes';
import { wrapped } from '../terminal/wrapped';
import { type MirrorWords, typedAgain } from './which-mirror';

interface About {
  /** Whether nothing is done. */
  readonly isNothing: boolean;
  /** How the command named the mirror: commands that are printed name it in the same way. */
  readonly words: MirrorWords;
}

/** What people should know after an operation: what else is concerned, when sites follow, how to undo it. */
export function remarkLines(
  { operation, dryRun }: Operation,
  { remarks, views, followed }: OperationOutcome,
  { isNothing, words }: About,
): string[] {
  const ofKind = (about: Remark['about']) => remarks.filter((remark) => remark.about === about);
  const isNew = ['snapshot', 'view-create', 'view-delete'].includes(operation.does); // no site uses it, or gets anything
  const moves = views.some(({ lines, moved }) => moved && lines.some(({ before, newest }) => before !== newest));
  const isMoved = !isNew && (moves || followed.some(({ moved }) => moved));
  return [
    ...grouped([...ofKind('not read'), ...ofKind('not done'), ...ofKind('being deleted')], words),
    ...grouped(
      [
        ...ofKind('matched'),
        ...ofKind('only the kernel'),
        ...ofKind('depends'),
        ...ofKind('keeps'),
        ...ofKind('replaced'),
      ],
      words,
    ),
    ...grouped([...ofKind('older'), ...ofKind('conditions')], words),
    ...stillOffered(ofKind('still offered'), words),
    ...notOffered(ofKind('not offered'), words),
    ...grouped(ofKind('still held'), words),
    ...grouped(ofKind('download'), words),
    ...(operation.does === 'rollback' && !isNothing ? ['Builds with the same inputs will not publish it again.'] : []),
    ...(isMoved ? whenSitesFollow(ofKind('sites follow'), words) : []),
    ...(isNothing || dryRun ? [] : undoLines(ofKind('undo'), words)),
  ];
}

/** Remarks with the same text are one. */
function grouped(remarks: readonly Remark[], words: MirrorWords): string[] {
  const byText = Map.groupBy(remarks, textOf);
  return [...byText].flatMap(([text, some]) => [
    ...wrapped(text, 2, 0),
    ...commandLines([...new Set(some.flatMap(({ commands = [] }) => commands))], words),
  ]);
}

function textOf(remark: Remark): string {
  const { about, view = '', product, release = '', architecture = '', version = '', before = '', bytes = 0 } = remark;
  const { why = '', commands = [] } = remark;
  const what = product === undefined ? [release, architecture].filter(Boolean).join(' ') : productText(product);
  switch (about) {
    case 'not read':
      return `${view} was not read, so it is not known whether it offers this: ${why}`;
    case 'not done':
      return `${view} was left out, because it cannot be read: ${why}. Then run:`;
    case 'being deleted':
      return `${view} is being deleted, and was left out. If that was interrupted, finish it:`;
    case 'matched':
      return `also withdrawn: ${view} ${what} ${version}${why === '' ? '' : ` (same ${why})`}`;
    case 'only the kernel':
      return `Only the kernel of ${what} changed since ${before}: to keep it away from new base images too, withdraw it with --flavour.`;
    case 'depends':
      return `Check whether a MAAS has this in use: ${why}${what === '' ? '' : ` (${what})`}`;
    case 'older':
      return `${what} ${version} is older than ${before}, which ${view} has: sites go back.`;
    case 'conditions':
      return `conditions of ${view}: ${why}`;
    case 'still held':
      return 'Part of this is still held by another hold. To lift that one, too:';
    case 'keeps':
      return `A MAAS that has it keeps it.${commands.length === 0 ? '' : ` To take it away there${why && ` (${why})`}:`}`;
    case 'replaced':
      return `A MAAS that has it replaces it by itself with the newest version of ${what}.`;
    case 'download':
      return `each site downloads ${size(bytes)}${what === '' ? '' : ` (${what})`}`;
    default:
      return [view, what, version, why].filter(Boolean).join(' ');
  }
}

function productText(key: string): string {
  const { group, name } = wordsOfKey(key);
  return `${group} ${name}`;
}

/** What views go on offering, and why they cannot go back. */
function stillOffered(remarks: readonly Remark[], words: MirrorWords): string[] {
  return offeredBy(remarks, words, ({ view, newest, why, commands }) => {
    const text = `${view} still offers ${newest}`;
    if (view.startsWith('snapshots/')) return `${text}: a snapshot never changes`;
    if (why !== undefined) return `${text}: ${why}${commands.length === 0 ? '' : ':'}`;
    return commands.length === 0 ? text : `${text}; to take it back there:`;
  });
}

/** What is offered where a restoration brings nothing back. */
function notOffered(remarks: readonly Remark[], words: MirrorWords): string[] {
  return offeredBy(remarks, words, ({ view, newest, why = '', commands }) => {
    return `${view} offers ${newest}: ${why}${commands.length === 0 ? '' : ':'}`;
  });
}

interface Offered {
  readonly view: string;
  /** `20261125.083000, 20261124.083000 as the newest (2 products)`: flavours may have different names. */
  readonly newest: string;
  readonly why?: string | undefined;
  readonly commands: readonly string[];
}

/** One text for each view and reason, and its commands. */
function offeredBy(remarks: readonly Remark[], words: MirrorWords, textOf: (offered: Offered) => string): string[] {
  const byPlace = Map.groupBy(remarks, ({ view = '', why = '' }) => JSON.stringify([view, why]));
  return [...byPlace.values()].flatMap((some) => {
    const [{ view = '', why } = {}] = some;
    const names = [...new Set(some.map(({ version = '' }) => version))].sort().reverse();
    const products = new Set(some.map(({ product }) => product));
    const newest = `${names.join(', ')} as the newest (${counted(products.size, 'product')})`;
    const commands = [...new Set(some.flatMap((one) => one.commands ?? []))];
    const shown = view.startsWith('snapshots/') ? [] : commands;
    return [...wrapped(textOf({ view, newest, why, commands }), 2, 0), ...commandLines(shown, words)];
  });
}

/** MAAS reads the manifest every 10 minutes, and imports every hour (facts: MAAS 3.8, schedules). */
function whenSitesFollow(remarks: readonly Remark[], words: MirrorWords): string[] {
  const commands = remarks.flatMap((one) => one.commands ?? []);
  const how =
    commands.length > 0 ? commands : ['maas admin boot-resources is-importing', 'maas admin boot-resources import'];
  return [
    'Sites follow by themselves within 70 minutes, plus the download.',
    ...[...new Set(remarks.flatMap(({ why }) => why ?? []))].flatMap((why) => wrapped(`But ${why}.`, 2, 0)),
    'To make one follow now, unless an import is running there:',
    ...commandLines(how, words),
  ];
}

function undoLines(remarks: readonly Remark[], words: MirrorWords): string[] {
  const commands = [...new Set(remarks.flatMap((one) => one.commands ?? []))];
  if (commands.length === 0) return [];
  const [first = '', ...rest] = commandLines(commands, words);
  const does = remarks.find(({ why }) => why !== undefined)?.why ?? 'undo';
  const line = `To ${does}: ${first.trim()}`;
  return rest.length === 0 && line.length <= 80 ? [line] : [`To ${does}:`, first, ...rest];
}

/** A command is never wrapped: it is to be copied. */
function commandLines(commands: readonly string[], words: MirrorWords): string[] {
  return commands.map((command) => `  ${typedAgain(command, words)}`);
}
