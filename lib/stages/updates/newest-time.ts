import { bootloaderContentId } from '../../catalog/bootloaders';
import { contentId } from '../../catalog/products';
import { familyOf } from '../../catalog/releases';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { readProducts } from '../../publication/read-view';
import type { Store } from '../../store/store';

/** When the newest version of the requested release was built, according to its name; a serial counts as its day. */
export async function newestTime(
  { release, view }: Pick<BuildRequest, 'release' | 'view'>,
  { mirror }: { mirror: Store },
): Promise<Date | undefined> {
  const isBootloaders = release === bootloadersRequest;
  const id = isBootloaders ? bootloaderContentId(view) : contentId({ family: familyOf(release) }, view);
  const products = Object.values((await readProducts(view, id, { mirror }))?.products ?? {});
  const own = products.filter((product) => isBootloaders || product.release === release);
  const newest = own
    .flatMap(({ versions }) => Object.keys(versions))
    .sort()
    .at(-1);
  return newest === undefined ? undefined : timeOfVersion(newest);
}

/** `20261120`, `20261120.1` or `20261120.083000` */
export function timeOfVersion(version: string): Date | undefined {
  const [, year, month, day, clock] = /^(\d{4})(\d\d)(\d\d)(?:\.(\d{6})$)?/.exec(version) ?? [];
  if (year === undefined) return undefined;
  const [hours, minutes, seconds] = (clock ?? '000000').match(/\d\d/g) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
