import { MirrorError } from '../errors';
import { checked } from '../job/checked';
import { runs } from '../job/layout';
import { Materials } from '../job/materials';
import { Order } from '../job/order';
import type { Artefact } from '../job/results';
import { sha256OfText } from '../machine/digest';
import type { Store } from '../store/store';

/** The order that Plan wrote down. @throws NoSuchObject where the run has expired */
export async function orderAt(execution: string, work: Store): Promise<Order> {
  const key = runs.order(execution);
  return checked(Order, await jsonAt(key, work), key);
}

/** What Prepare wrote down, as the state machine was told. @throws NoSuchObject where the run has expired; ChecksumMismatch */
export async function materialsAt({ key, sha256 }: Artefact, work: Store): Promise<Materials> {
  return checked(Materials, await jsonAt(key, work, sha256), key);
}

async function jsonAt(key: string, work: Store, sha256?: string): Promise<unknown> {
  const found = await work.read(key);
  if (found !== undefined) {
    const text = found.bytes.toString();
    const seen = sha256OfText(text);
    if (sha256 === undefined || seen === sha256) return JSON.parse(text);
    throw new MirrorError('ChecksumMismatch', `${key} has sha256 ${seen}, its build said ${sha256}`, {
      hint: 'somebody has changed it since; build it again',
    });
  }
  throw new MirrorError('NoSuchObject', `${work.name} has no ${key}`, { hint: 'the run has expired; build it again' });
}
