import { MirrorError } from '../../errors';
import { offerGroups } from '../../publication/offers/offer-groups';
import type { ViewContent } from '../../publication/state/view-content';
import { newestVersion } from '../../simplestreams/merge';
import { nameOf, productsIn } from './chosen-products';

/**
 * Why a view may not get these documents: products that must have one root would have several. The contract refuses it too,
 * but later, and in the words of documents.
 * @param hint what to do instead
 */
export function refusedRoots(
  content: ViewContent,
  documents: ViewContent['documents'],
  hint: string,
): MirrorError | undefined {
  for (const group of offerGroups(productsIn({ ...content, documents }))) {
    const [first, ...others] = group.flatMap(({ product }) => {
      const name = newestVersion(product);
      const root = name === undefined ? undefined : product.versions[name]?.items.squashfs?.sha256;
      return root === undefined ? [] : [{ root, said: `${nameOf(product)} ${name}` }];
    });
    const other = others.find(({ root }) => root !== first?.root);
    if (first === undefined || other === undefined) continue;
    const said = `${content.view} would offer ${first.said} with another root image than ${other.said}`;
    return new MirrorError('ContractBroken', `${said}, and MAAS may install either with the other's kernel`, { hint });
  }
  return undefined;
}
