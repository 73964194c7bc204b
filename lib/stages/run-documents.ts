import { MirrorError } from '../errors';
import { checked } from '../job/checked';
import { runs } from '../job/layout';
import { Materials } from '../job/materials';
import { Order } from '../job/order';
import type { Store } from '../store/store';

/** The order that Plan wrote down. @throws NoSuchObject where the run has expired */
export async function orderAt(execution: string, work: Store): Promise<Order> {
  const key = runs.order(execution);
  return checked(Order, await jsonAt(key, work), key);
}

/** What Prepare wrote down. @throws NoSuchObject where the run has expired */
export async function materialsAt(key: string, work: Store): Promise<Materials> {
  return checked(Materials, await jsonAt(key, work), key);
}

async function jsonAt(key: string, work: Store): Promise<unknown> {
  const found = await work.read(key);
  if (found !== undefined) return JSON.parse(found.bytes.toString());
  throw new MirrorError('NoSuchObject', `${work.name} has no ${key}`, { hint: 'the run has expired; build it again' });
}
