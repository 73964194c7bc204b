import { bootloaderContentId } from '../../catalog/bootloaders';
import { contentId } from '../../catalog/products';
import { familyOf } from '../../catalog/releases';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { readView } from '../../publication/read-view';
import { contentDigest } from '../../publication/state/product-key';
import { newestOf } from '../../simplestreams/merge';
import type { Store } from '../../store/store';

/**
 * When the newest version of the requested release was published. Its name does not say it: that begins with the serial of
 * the base image, which may be weeks old. Only of views without a ledger, which older releases wrote, the name is used; a
 * serial counts as its day.
 */
export async function newestTime(
  { release, view }: Pick<BuildRequest, 'release' | 'view'>,
  { mirror }: { mirror: Store },
): Promise<Date | undefined> {
  const isBootloaders = release === bootloadersRequest;
  const contentOfRelease = isBootloaders ? bootloaderContentId(view) : contentId({ family: familyOf(release) }, view);
  const { documents, ledger, stored } = await readView(view, { mirror });
  const products = Object.entries(documents.get(contentOfRelease)?.document.products ?? {});
  const own = products.filter(([, product]) => isBootloaders || product.release === release);
  const times = own.flatMap(([id, product]) => {
    const newest = newestOf(product);
    if (newest === undefined) return [];
    const since = stored && ledger.products[id]?.since[contentDigest(newest.version)];
    const time = since === undefined ? timeOfVersion(newest.name) : new Date(since);
    return time === undefined ? [] : [time.getTime()];
  });
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** `20261120`, `20261120.1` or `20261120.083000` */
export function timeOfVersion(version: string): Date | undefined {
  const [, year, month, day, clock] = /^(\d{4})(\d\d)(\d\d)(?:\.(\d{6})$)?/.exec(version) ?? [];
  if (year === undefined) return undefined;
  const [hours, minutes, seconds] = (clock ?? '000000').match(/\d\d/g) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
