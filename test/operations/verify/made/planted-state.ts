import { mirror as layout } from '../../../../lib/job/layout';
import { followIndex } from '../../../../lib/publication/commit/follow-index';
import type { Press } from '../../../../lib/publication/press';
import { type PublishedView, readView } from '../../../../lib/publication/read-view';
import type { HistoryBlock } from '../../../../lib/publication/state/history';
import type { Ledger } from '../../../../lib/publication/state/ledger';
import { fileOf } from '../../../../lib/publication/state/parse-document';
import type { Shelf } from '../../../../lib/publication/state/shelf';
import type { StoredState } from '../../../../lib/publication/state/state-document';
import { writeJson } from '../../../../lib/simplestreams/json';

/** What takes the place of a part of a view's state. */
export interface Planted {
  readonly shelf?: Shelf;
  readonly ledger?: Ledger;
  readonly block?: HistoryBlock;
  readonly state?: Partial<StoredState>;
}

/** Signs a view whose state says something else, as no change would. */
export async function plant(
  view: string,
  planted: (now: PublishedView & { readonly block: HistoryBlock; readonly stored: StoredState }) => Planted,
  { mirror, signer, now }: Press,
): Promise<void> {
  const found = await readView(view, { mirror, signer });
  const { stored, head, index } = found;
  const block = head.newest?.block;
  if (stored === undefined || block === undefined) throw new Error(`${view} has no state`);
  const parts = planted({ ...found, stored, block });
  const write = async (document: object | undefined) => {
    if (document === undefined) return undefined;
    const { path, bytes } = fileOf(document);
    await mirror.create(layout.document(view, path), bytes);
    return path;
  };
  const [shelf, ledger, history] = [await write(parts.shelf), await write(parts.ledger), await write(parts.block)];
  const state = await write({
    ...stored,
    ...(shelf && { shelf }),
    ...(ledger && { ledger }),
    ...(history && { history: { ...stored.history, path: history } }),
    ...parts.state,
  });
  const signed = await signer.clearsign(writeJson({ ...index, state }), now());
  await mirror.replace(layout.index(view), Buffer.from(signed), {});
  await followIndex(view, { mirror, signer, now });
}
