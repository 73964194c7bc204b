import { MirrorError } from '../../errors';
import { touchedProducts } from '../../publication/gate/added-versions';
import { withdrawnNewest } from '../../publication/gate/withdrawn-newest';
import { offerGroups } from '../../publication/offers/offer-groups';
import type { ViewContent } from '../../publication/state/view-content';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
import { nameOf, productsIn } from './chosen-products';
import type { MirrorContent } from './planned';

/** Why a view may not get these documents: a withdrawn version would be the newest again. The gate refuses it too, but later. */
export function refusedNewest(
  content: ViewContent,
  documents: ViewContent['documents'],
  { withdrawn }: Pick<MirrorContent, 'withdrawn'>,
): MirrorError | undefined {
  const marks = [...content.state.withdrawals, ...withdrawn];
  return withdrawnNewest(touchedProducts(content, documents), new WithdrawnIndex(content.view, marks));
}

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
  // An older fault elsewhere in the view must not stop a change.
  const touched = new Set(touchedProducts(content, documents).map(({ id }) => id));
  const groups = offerGroups(productsIn({ ...content, documents }));
  for (const group of groups.filter((one) => one.some(({ id }) => touched.has(id)))) {
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
