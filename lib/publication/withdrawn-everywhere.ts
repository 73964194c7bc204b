import type { Reading } from './read-index';
import { readDecisions } from './read-state';
import type { Withdrawal } from './state/withdrawal';
import { viewsOf } from './views';

/** Views that are read at the same time. */
const atOnce = 8;

/**
 * The withdrawals of all views of a mirror, each once: every writer obeys all of them. Reads indexes and states, no documents.
 * @throws the errors of readView: a mark that cannot be read must not be overlooked
 * @public
 */
export async function withdrawnEverywhere(reading: Reading): Promise<readonly Withdrawal[]> {
  const views = await viewsOf(reading.mirror);
  const found = new Map<string, Withdrawal>();
  for (let from = 0; from < views.length; from += atOnce) {
    const some = await Promise.all(views.slice(from, from + atOnce).map((view) => readDecisions(view, reading)));
    for (const { state } of some) for (const one of state.withdrawals) if (!found.has(one.id)) found.set(one.id, one);
  }
  return [...found.values()];
}
