import type { Product } from '../../simplestreams/types';
import type { ViewContent } from '../state/view-content';

/** The label that the products of a view have, and the word for it in their ids: its name, in a snapshot its source's. */
export function labelOf({ view, state }: Pick<ViewContent, 'view' | 'state'>): string {
  return state.source?.snapshot?.from ?? view;
}

/** `com.ubuntu.maas:candidate:v3:download` as of another view. One that does not name `from` stays as it is. */
export function relabelledContentId(id: string, from: string, to: string): string {
  const [publisher, label, ...rest] = id.split(':');
  return label === from ? [publisher, to, ...rest].join(':') : id;
}

/** `com.ubuntu.maas.candidate:v3:boot:…` as of another view. One that does not name `from` stays as it is. */
export function relabelledId(id: string, from: string, to: string): string {
  const [publisher = '', ...rest] = id.split(':');
  const end = `.${from}`;
  if (rest.length === 0 || !publisher.endsWith(end)) return id;
  return [`${publisher.slice(0, -end.length)}.${to}`, ...rest].join(':');
}

/**
 * A product under the label of another view, with the same versions: their files are the same, below the pool. Without what
 * builds remember in it: the inputs that they looked at last are those of the view that they publish to.
 */
export function relabelledProduct({ inputs, missing, ...product }: Product, label: string): Product {
  return { ...product, label };
}
