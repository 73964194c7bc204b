import { highest } from '../../../publication/state/highest';
import { contentDigest } from '../../../publication/state/product-key';
import type { Product } from '../../../simplestreams/types';
import { sortsAbove } from '../../../simplestreams/version-order';
import type { ChosenProduct } from '../chosen-products';
import { namesOf } from '../chosen-versions';
import type { Leaving } from '../moved';

/** Bootloaders with the content that is kept stay under their newer name too: a hold that is asked again moves nothing. */
export function leavingAbove(kept: string, one: ChosenProduct): Leaving[] {
  const { product } = one;
  const own = highest(namesOf(product).filter((name) => !sortsAbove(name, kept)));
  const isKept = (name: string) =>
    product['bootloader-type'] !== undefined && contentOf(product, name) === contentOf(product, own);
  const names = namesOf(product).filter((name) => sortsAbove(name, kept) && !isKept(name));
  return names.length === 0 ? [] : [{ ...one, names }];
}

function contentOf({ versions }: Product, name = ''): string | undefined {
  const version = versions[name];
  return version && contentDigest(version);
}
