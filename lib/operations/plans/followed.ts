import { partOf } from '../../publication/derived/selected-products';
import { elsewhere } from '../../publication/gate/refusal';
import type { ViewContent } from '../../publication/state/view-content';
import type { ViewState } from '../../publication/state/view-state';
import { type ProductWords, productsMeant } from './chosen-products';
import { sourceText } from './source-text';

/** What a selected view is made from, in words: `lab follows stable`, `lab selects jammy from stable, all else from candidate`. */
export function followedText(view: string, { source }: Pick<ViewState, 'source'>): string {
  return `${view} ${sourceText({ select: source?.select ?? [] })}`;
}

/** The views from which a selected view has what an operator means; all that it is made from, if it has none of that. */
export function sourcesOfMeant(content: ViewContent, words: ProductWords): string[] {
  const select = content.state.source?.select ?? [];
  const froms = productsMeant(content, words).flatMap(({ product }) => partOf(select, product)?.from ?? []);
  return [...new Set(froms.length > 0 ? froms : select.map(({ from }) => from))];
}

/** The command by which a selected view gets what it has from some of its sources from another view. */
export function pointedElsewhere({ view, state }: ViewContent, sources: readonly string[]): string {
  return elsewhere(view, state, sources);
}
