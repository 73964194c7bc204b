import { toolVersion } from '../job/tool';
import type { NewEntry } from './commit/write-state';
import type { NextContent } from './next-content';
import { changesBetween, decidedBetween, decisionsBetween } from './state/history-changes';
import { timeText } from './state/kept-ledger';
import type { Note, ViewContent } from './state/view-content';

/** What the history of a view says about a change: the caller's note, and what changed. */
export function entryOf(before: ViewContent, next: NextContent, note: Note): NewEntry {
  const decided = decidedBetween(before, next);
  return {
    at: timeText(next.at),
    ...note,
    tool: toolVersion,
    changes: changesBetween(before, next),
    decisions: decisionsBetween(before, next),
    ...(decided.length > 0 && { decided }),
  };
}
