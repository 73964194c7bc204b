import type { MirrorError } from '../../../errors';
import { heldBy, heldError } from '../../../publication/state/holds';
import { contentDigest } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Moves } from './going-back';

/** A mixed version is new to the view, and what is new to a held product may not be offered. */
export function heldBack({
  content,
  moves,
}: {
  readonly content: ViewContent;
  readonly moves: Moves;
}): MirrorError | undefined {
  const mixed = moves.offers.filter(({ contentId, id, version }) => {
    const offered = Object.values(content.documents.get(contentId)?.products[id]?.versions ?? {}).map(contentDigest);
    return !offered.includes(contentDigest(version));
  });
  const holds = mixed.flatMap(({ fields }) => heldBy(content.state, { ...fields, versions: {} }) ?? []);
  return holds[0] && heldError(content.view, holds[0]);
}
