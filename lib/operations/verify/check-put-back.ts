import { mirror } from '../../job/layout';
import { isPutBack } from '../../publication/published-last';
import { readIndex } from '../../publication/read-index';
import { isOfView } from '../../publication/withdrawn-everywhere';
import type { Store } from '../../store/store';
import type { Problem } from './problem';

/** Reports indexes of deleted views that were put back by hand. What cannot be read of a view is reported by other checks. */
export async function checkPutBack(store: Store, views: readonly string[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const view of views) if (await isVisiblyPutBack(view, store)) problems.push(putBack(view));
  return problems;
}

async function isVisiblyPutBack(view: string, store: Store): Promise<boolean> {
  try {
    return await isPutBack(await readIndex(view, { mirror: store }), { mirror: store });
  } catch (error) {
    if (isOfView(error)) return false;
    throw error;
  }
}

function putBack(view: string): Problem {
  const message = `${view} was deleted, and this index was put back by hand; what was withdrawn there still applies, and nothing is published to the view; to remove the index again, run: maas-mirror repair ${view}`;
  return { object: mirror.index(view), rule: 'put-back', message };
}
