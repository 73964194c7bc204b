import { labelOf } from '../../publication/derived/relabel';
import { topAmong } from '../../publication/names/known-names';
import { renamed } from '../../publication/names/renamed';
import { nameAbove } from '../../publication/names/version-names';
import { highest } from '../../publication/state/highest';
import { fieldsOf } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import { newestVersion } from '../../simplestreams/merge';
import type { ChosenProduct } from './chosen-products';
import { namesOf } from './chosen-versions';
import { contentIdOf, type Offer } from './moved';

/** Bootloaders that are offered again, under a newer name. */
export interface Again extends Offer {
  readonly key: string;
  /** Its name until now. */
  readonly was: string;
}

/**
 * What must be offered again so that bootloaders do not go back by their names: MAAS unpacks only what it downloads, and it has
 * what was there before the newest. Bootloaders that are taken back together get one name, so that they can be restored together.
 * @param leaving the products with the names that leave the documents
 */
export function loadersAgain(
  leaving: readonly (ChosenProduct & { readonly names: readonly string[] })[],
  content: ViewContent,
  at: Date,
): Again[] {
  const back = leaving.flatMap((one) => {
    const was = highest(namesOf(one.product).filter((name) => !one.names.includes(name)));
    const version = was === undefined ? undefined : one.product.versions[was];
    const isBack = one.product['bootloader-type'] !== undefined && was !== newestVersion(one.product);
    return isBack && was !== undefined && version !== undefined ? [{ ...one, was, version }] : [];
  });
  const top = topAmong(
    back.map(({ id }) => id),
    content,
  );
  return back.map(({ id, key, product, was, version }): Again => {
    const name = nameAbove(top ?? was, at);
    const place = { id, key, was, name, contentId: contentIdOf(content, id), fields: fieldsOf(product) };
    return { ...place, version: renamed(version, was, name, labelOf(content)) };
  });
}
