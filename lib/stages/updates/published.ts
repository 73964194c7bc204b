import type { Followed } from '../../job/operations/outcome';
import type { Held } from '../../publication/offers/held';

/** What came of the builds of one architecture. */
export interface Published {
  readonly architecture: string;
  /** The version that the view offers now, or null if it offers nothing new. */
  readonly version: string | null;
  /** Ids of the products that got it. */
  readonly products: readonly string[];
  /** Flavours that were built but skipped, because another build published a different version in the meantime. */
  readonly overtaken: readonly string[];
  /** Optional flavours that failed and were left out. */
  readonly leftOut: readonly string[];
  /** Flavours that take part with the kernel and initrd of the version `from`, and the new root. */
  readonly kept: readonly { readonly kernel: string; readonly from: string }[];
  /** Flavours that are not published, because an operator withdrew what they are: `withdrawn: same inputs as …`. */
  readonly withdrawn: readonly { readonly kernel: string; readonly said: string }[];
  /** New versions wait for the end of this hold. @default - nothing of the architecture is held */
  readonly held?: Held;
  /** Selected views that were updated afterwards. */
  readonly followed: readonly Followed[];
}

/** Why a version was taken back from a view that was new. */
export const saidOfLeft = 'withdrawn in all views meanwhile';

/** What is left of it once versions were taken back. @param left `<product id> <name>` */
export function publishedWithout(published: Published, left: ReadonlySet<string>): Published {
  const { version, products } = published;
  const isLeft = (id: string) => left.has(`${id} ${version}`);
  const withdrawn = products.filter(isLeft).map((id) => ({ kernel: id.split(':').at(-1) ?? id, said: saidOfLeft }));
  const stays = products.filter((id) => !isLeft(id));
  return {
    ...published,
    version: stays.length === 0 ? null : version,
    products: stays,
    withdrawn: [...published.withdrawn, ...withdrawn],
  };
}
