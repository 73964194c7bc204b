import type { Shelf } from '../../publication/state/shelf';
import { rfc2822 } from '../../simplestreams/json';
import type { Product, Products } from '../../simplestreams/types';

/** What is on a shelf as documents that could offer it; their dates mean nothing. */
export function shelvedDocuments({ products }: Shelf): Products[] {
  const groups = Map.groupBy(Object.entries(products), ([, { content_id }]) => content_id);
  return [...groups].map(([content_id, some]): Products => {
    const shelved = some.map(([id, { fields, versions }]): [string, Product] => {
      const kept = Object.entries(versions).map(([name, { version }]) => [name, version]);
      return [id, { ...fields, versions: Object.fromEntries(kept) }];
    });
    const updated = rfc2822(new Date(0));
    return {
      content_id,
      datatype: 'image-downloads',
      format: 'products:1.0',
      updated,
      products: Object.fromEntries(shelved),
    };
  });
}
