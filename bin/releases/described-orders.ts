import { existsSync, readFileSync } from 'node:fs';
import { supportMark } from '../../lib/catalog/support';
import { bootloadersOrder } from '../../lib/job/job';
import type { Order } from '../../lib/job/order';
import { planOf } from '../../lib/job/plan';
import { distroInfoFile } from '../../lib/job/releases/distro-info';
import { isDescribed, releaseFor, toldBy } from '../../lib/job/releases/release-for';
import { describedOrder } from '../../lib/stages/releases/described-order';
import { withStreamBench } from './stream-bench';

/**
 * Orders whose releases are all known: those that the catalogue does not have are looked up in the signed stream of cloud
 * images and in this machine's distro-info-data. Nothing is asked for where the catalogue has them all.
 * @throws UnknownRelease, UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse); BadFormat, BadSignature
 */
export async function describedOrders(
  orders: readonly Order[],
  { distroInfo = textOf(distroInfoFile) }: { readonly distroInfo?: string | undefined } = {},
): Promise<Order[]> {
  const described: Order[] = [];
  for (const order of orders) {
    if (order.release === bootloadersOrder || isDescribed(order)) described.push(order);
    else described.push(await lookedUp(order, distroInfo));
  }
  return described;
}

async function lookedUp(order: Order, distroInfo: string | undefined): Promise<Order> {
  const described = await withStreamBench((bench) => describedOrder(order, { ...bench, distroInfo }));
  planOf(described, 'check');
  return described;
}

/** The text of a file that a machine may have. */
export function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** What a release is, who says so, and that its support has ended. Undefined where only the stack can tell. */
export function releaseLine(order: Order, now: Date): string | undefined {
  if (order.release === bootloadersOrder || !isDescribed(order)) return undefined;
  const release = releaseFor(order);
  const mark = supportMark(release, now);
  return `${release.name} is ${release.title} (${toldBy(order)})${mark === undefined ? '' : `; support ${mark}`}`;
}
