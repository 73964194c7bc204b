import { bootloaderContentId } from '../catalog/bootloaders';
import { MirrorError } from '../errors';
import type { BuiltBootloaders } from '../job/handed-on/bootloaders';
import { mirror as layout, made, runs } from '../job/layout';
import type { Followed } from '../job/operations/outcome';
import { archivesDigest } from '../machine/apt/in-release';
import { addingVersions } from '../publication/add-versions';
import { changeAndFollow } from '../publication/derived/change-and-follow';
import { showMirror } from '../publication/mirror/show-mirror';
import { claimFirst, isStillToRebuild } from '../publication/names/claim';
import { topAmong } from '../publication/names/known-names';
import { dayOf, versionNames } from '../publication/names/version-names';
import { contentOf } from '../publication/next-content';
import { type Held, heldOf, offeredAmong } from '../publication/offers/held';
import { reuseIn } from '../publication/offers/offered-files';
import { standingProducts } from '../publication/offers/standing-products';
import { readView } from '../publication/read-view';
import type { Change, ViewContent } from '../publication/state/view-content';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import type { Addition } from '../simplestreams/merge';
import type { Products } from '../simplestreams/types';
import {
  type ClaimedLoader,
  type LoaderOffer,
  loaderAdditions,
  loaderFilesOf,
  loaderOffersOf,
  loadersByDecision,
  loaderUpdates,
} from './loaders/bootloader-offers';
import type { PublishBench } from './publish';
import { builtChange, refuseFilled } from './updates/built-view';
import { saidOfLeft } from './updates/published';

export interface BootloadersToPublish {
  readonly view: string;
  /** Owner of the version names that it claims. */
  readonly execution: string;
  /** Its folder in the work store. */
  readonly folder: string;
  /** Digest of what the archives offered when the build was planned; empty if unknown. */
  readonly inputs: string;
  /** The bootloaders, and the build that reported them. */
  readonly built: { readonly build: string; readonly result: BuiltBootloaders };
  /** Publish new versions even if they equal the newest ones. @default false */
  readonly rebuild?: boolean;
}

export interface PublishedBootloaders {
  /** The products that got a new version; the newest version of the others is already equal. */
  readonly products: readonly { readonly product: string; readonly version: string }[];
  /** Products that are not published, because an operator withdrew what they are: `withdrawn: same packages as …`. */
  readonly withdrawn: readonly { readonly product: string; readonly said: string }[];
  /** New versions wait for the end of this hold. @default - no bootloader is held */
  readonly held?: Held;
  /** Selected views that were updated afterwards. */
  readonly followed: readonly Followed[];
}

/**
 * Copies the bootloaders whose packages have changed into the pool, and commits them to the view's bootloaders document. New
 * versions of a held product wait on the shelf; what is withdrawn in any view is left out.
 * @throws BadInput if the view gets its versions from others; ContractBroken and BadSignature, before anything is published;
 * VersionConflict if no name is left
 */
export async function publishBootloaders(
  { view, execution, folder, inputs, built: { build, result: built }, ...requested }: BootloadersToPublish,
  bench: PublishBench,
): Promise<PublishedBootloaders> {
  // Inputs count as checked only if apt really used them.
  const offers = loaderOffersOf(view, archivesDigest(built.inReleases) === inputs ? inputs : '', built);
  const id = bootloaderContentId(view);
  const before = contentOf(await readView(view, bench)); // write nothing if the view is signed with another key
  refuseFilled(before);
  await showMirror(view, 'bootloaders', bench);
  const claims = newestClaims(offers, before);
  const rebuild = await isStillToRebuild({ rebuild: requested.rebuild ?? false, execution }, claims, bench.mirror);

  const from = runs.attempt({ folder, architecture: '', kernel: '' }, 'bootloaders', build);

  for (;;) {
    const elsewhere = await withdrawnEverywhere(bench);
    const content = contentOf(await readView(view, bench));
    const { free } = loadersByDecision(offers, content, elsewhere);
    const updates = loaderUpdates(free, standingProducts(content, id), rebuild);
    const claimed = await claimUpdates({ execution, from }, updates, content, bench);
    let outcome: Omit<PublishedBootloaders, 'followed'> = { products: [], withdrawn: [] };
    const change: Change = (current, at) => {
      const sorted = loadersByDecision(offers, current, elsewhere);
      let added: readonly Addition[] = [];
      const additions = (document: Products | undefined) => {
        added = loaderAdditions(sorted.free, document, claimed, rebuild);
        return added;
      };
      const wanted = addingVersions(id, additions, { what: 'publish', execution }, elsewhere)(current, at);
      const after = { ...current, ...wanted };
      const held = heldOf(after, offers);
      const products = newIn(offeredAmong(after, id, added), claimed);
      outcome = { products, withdrawn: sorted.withdrawn, ...(held && { held }) };
      return wanted;
    };
    try {
      const { followed } = await changeAndFollow(view, builtChange(change), bench);
      return { ...outcome, followed };
    } catch (error) {
      // Another build has published a version that sorts above ours in the meantime: use a newer name.
      if (!(error instanceof MirrorError && error.name === 'VersionConflict')) throw error;
    }
  }
}

/** What is left of it once versions were taken back. @param left `<product id> <name>` */
export function loadersWithout(published: PublishedBootloaders, left: ReadonlySet<string>): PublishedBootloaders {
  const { false: products = [], true: gone = [] } = Object.groupBy(published.products, ({ product, version }) =>
    left.has(`${product} ${version}`) ? 'true' : 'false',
  );
  const withdrawn = gone.map(({ product }) => ({ product, said: saidOfLeft }));
  return { ...published, products, withdrawn: [...published.withdrawn, ...withdrawn] };
}

function newestClaims(offers: readonly LoaderOffer[], content: ViewContent): string[] {
  return offers.flatMap(({ productId, loader: { firmware, architecture } }) => {
    const top = topAmong([productId], content);
    return top === undefined ? [] : [layout.bootloaderClaim(firmware, architecture, top)];
  });
}

/** Copies what the view does not offer yet into the pool, each product into its own folder. @returns by product id */
async function claimUpdates(
  { execution, from }: { readonly execution: string; readonly from: string },
  updates: readonly LoaderOffer[],
  content: ViewContent,
  { mirror, work, now }: PublishBench,
): Promise<ReadonlyMap<string, ClaimedLoader>> {
  const claimed = new Map<string, ClaimedLoader>();
  for (const offer of updates) {
    const { productId, loader } = offer;
    const { firmware, architecture } = loader;
    const names = versionNames(dayOf(now()), topAmong([productId], content), now());
    const keyOf = (name: string) => layout.bootloaderClaim(firmware, architecture, name);
    const version = await claimFirst(names, keyOf, { execution, mirror, what: `${firmware} ${architecture}` });
    const files = loaderFilesOf(offer, version);
    const reuse = await reuseIn(content, `bootloaders/${firmware}/${architecture}/`, files, mirror);
    for (const { item, sha256, ...file } of files.filter((one) => reuse(one) === undefined)) {
      const fromKey = made.bootloader(from, firmware, architecture, item);
      await mirror.adopt(layout.pool(file.path), work, fromKey, { sha256 });
    }
    claimed.set(productId, { version, reuse });
  }
  return claimed;
}

/** A claimed version may turn out not to be needed: an equal build may have been published first. */
function newIn(
  added: readonly Addition[],
  claimed: ReadonlyMap<string, ClaimedLoader>,
): { product: string; version: string }[] {
  return added
    .filter(({ productId, versionName }) => claimed.get(productId)?.version === versionName)
    .map(({ productId, versionName }) => ({ product: productId, version: versionName }));
}
