import {
  type Bootloader,
  bootloaderFields,
  bootloaderItemPath,
  bootloaderProductId,
  bootloaders,
} from '../../catalog/bootloaders';
import { MirrorError } from '../../errors';
import type { BuiltBootloader, BuiltBootloaders, BuiltLoaderItem } from '../../job/handed-on/bootloaders';
import { type NamedFile, type Reuse, reusesNothing } from '../../publication/offers/offered-files';
import { saidOf } from '../../publication/offers/withdrawn-words';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { type Addition, newestOf } from '../../simplestreams/merge';
import type { Item, Products, Version } from '../../simplestreams/types';

/** One bootloader product with the contents of its next version, which has no name yet. */
export interface LoaderOffer {
  readonly productId: string;
  /** The product's own fields. */
  readonly fields: Readonly<Record<string, string>>;
  readonly loader: Bootloader;
  readonly items: Readonly<Record<string, BuiltLoaderItem>>;
}

/** A version name that this execution owns, and where the view offers files of that version already. */
export interface ClaimedLoader {
  readonly version: string;
  readonly reuse: Reuse;
}

/**
 * The built bootloaders as products of a view.
 * @param inputs digest of what the archives offered; a field of the product, which is updated even if nothing else changes
 * @throws BadInput for a loader that the catalogue does not have
 */
export function loaderOffersOf(view: string, inputs: string, { products }: BuiltBootloaders): LoaderOffer[] {
  return products.map((built) => {
    const loader = loaderOf(built);
    return {
      productId: bootloaderProductId(loader, view),
      fields: { ...bootloaderFields(loader, view), ...(inputs === '' ? {} : { inputs }) },
      loader,
      items: built.items,
    };
  });
}

/** The offers that are not the newest version of their product yet; older versions do not count. */
export function loaderUpdates(
  offers: readonly LoaderOffer[],
  document: Products | undefined,
  rebuild = false,
): LoaderOffer[] {
  return offers.filter((offer) => rebuild || standing(offer, document) === undefined);
}

/**
 * Which offers are withdrawn, by their files or packages.
 * @param elsewhere withdrawals of other views
 */
export function loadersByDecision(
  offers: readonly LoaderOffer[],
  { view, state }: ViewContent,
  elsewhere: readonly Withdrawal[],
): {
  readonly free: readonly LoaderOffer[];
  readonly withdrawn: readonly { readonly product: string; readonly said: string }[];
} {
  const index = new WithdrawnIndex(view, [...state.withdrawals, ...elsewhere]);
  const matches = offers.map((offer) => {
    const version = versionOf(offer, '');
    return index.of({ ...offer.fields, versions: { '': version } }, '', version);
  });
  return {
    free: offers.filter((_, at) => matches[at] === undefined),
    withdrawn: offers.flatMap(({ productId: product }, at) => {
      const match = matches[at];
      return match === undefined ? [] : [{ product, said: saidOf(match) }];
    }),
  };
}

/**
 * What to commit: updates under the names claimed for them; for all other offers, the newest version again with updated
 * fields. An offer that became an update after the claim is skipped: another build has published a later version.
 * @param claimed by product id
 * @param rebuild whether to use claimed names even if the newest versions are equal
 */
export function loaderAdditions(
  offers: readonly LoaderOffer[],
  document: Products | undefined,
  claimed: ReadonlyMap<string, ClaimedLoader>,
  rebuild = false,
): Addition[] {
  return offers.flatMap((offer): Addition[] => {
    const { productId, fields } = offer;
    const old = standing(offer, document);
    if (old !== undefined && !(rebuild && claimed.has(productId)))
      return [{ productId, fields, versionName: old.name, version: old.version }];
    const own = claimed.get(productId);
    if (own === undefined) return [];
    return [{ productId, fields, versionName: own.version, version: versionOf(offer, own.version, own.reuse) }];
  });
}

/** The newest version of a product, if it has every offered item from the same source package. */
function standing({ productId, items }: LoaderOffer, document: Products | undefined): ReturnType<typeof newestOf> {
  const newest = newestOf(document?.products[productId]);
  if (newest === undefined) return undefined;
  const published = Object.values(newest.version.items);
  const has = (one: BuiltLoaderItem) =>
    published.some(
      ({ src_package, src_version, src_release }) =>
        src_package === one.package && src_version === one.version && src_release === one.release,
    );
  return Object.values(items).every(has) ? newest : undefined;
}

/** The files of an offer, as if all of them were stored for a version with this name. */
export function loaderFilesOf({ loader, items }: LoaderOffer, version: string): (NamedFile & { item: string })[] {
  return Object.entries(items).map(([item, { artefact }]) => {
    return { item, path: bootloaderItemPath(loader, version, item), sha256: artefact.sha256, size: artefact.size };
  });
}

function versionOf(offer: LoaderOffer, name: string, reuse = reusesNothing): Version {
  const items = loaderFilesOf(offer, name).map(({ item, ...file }) => {
    const built = offer.items[item] as BuiltLoaderItem;
    return [item, itemOf({ ...file, path: reuse(file) ?? file.path }, built)] as const;
  });
  return { items: Object.fromEntries(items) };
}

function itemOf({ path, sha256, size }: NamedFile, built: BuiltLoaderItem): Item {
  return {
    ftype: 'archive.tar.xz',
    path,
    sha256,
    size,
    src_package: built.package,
    src_release: built.release,
    src_version: built.version,
  };
}

function loaderOf({ os, firmware, architecture }: BuiltBootloader): Bootloader {
  const found = bootloaders.find(
    (one) => one.os === os && one.firmware === firmware && one.architecture === architecture,
  );
  if (found !== undefined) return found;
  throw new MirrorError('BadInput', `no bootloader ${os} for ${firmware} ${architecture}`, {
    hint: 'update maas-mirror',
  });
}
