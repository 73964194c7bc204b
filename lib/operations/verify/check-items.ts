import { MirrorError } from '../../errors';
import type { Store } from '../../store/store';
import { missing, type Problem } from './problem';
import type { PromisedItem } from './promised-items';

export interface ItemsOptions {
  /** Number of objects to read at the same time. */
  readonly concurrency: number;
  /** Called after each object. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads every object and compares it with what documents promise.
 * @param promised by key in the store; usually one promise each
 */
export async function checkItems(
  store: Store,
  promised: ReadonlyMap<string, readonly PromisedItem[]>,
  { concurrency, onProgress }: ItemsOptions,
): Promise<Problem[]> {
  const found = new Map<string, Problem[]>();
  const queue = promised.entries();
  const work = async () => {
    for (const [key, promises] of queue) {
      found.set(key, await checkItem(store, key, promises));
      onProgress?.(found.size, promised.size);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return [...promised.keys()].flatMap((key) => found.get(key) ?? []);
}

async function checkItem(store: Store, key: string, promises: readonly PromisedItem[]): Promise<Problem[]> {
  try {
    const head = await store.head(key);
    if (head === undefined) return [missing(key, 'the index references it; deployments will fail')];
    return promises.flatMap(({ size, sha256 }) => {
      if (head.size !== size) return [differs(key, 'size', `${head.size} bytes`, `${size}`)];
      return head.sha256 === sha256 ? [] : [differs(key, 'sha256', `the sha256 ${head.sha256}`, sha256)];
    });
  } catch (error) {
    if (!isOfReading(error)) throw error;
    return [{ object: key, rule: 'unreadable', message: `it cannot be read: ${error.message}` }];
  }
}

function differs(object: string, rule: string, seen: string, promised: string): Problem {
  return { object, rule, message: `it has ${seen}, but its document lists ${promised}` };
}

/** A bad disk or a lost connection is a problem of this object; any other error is a bug. */
function isOfReading(error: unknown): error is Error {
  return error instanceof MirrorError || (error instanceof Error && 'code' in error);
}
