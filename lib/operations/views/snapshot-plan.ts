import { MirrorError } from '../../errors';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import { withdrawnError } from '../../publication/gate/withdrawn-error';
import { timeText } from '../../publication/state/kept-ledger';
import { productKey } from '../../publication/state/product-key';
import { emptyState } from '../../publication/state/state-document';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
import { type Asked, noteOf } from '../plans/asked';
import { releaseOf } from '../plans/chosen-products';
import { namesOf } from '../plans/chosen-versions';
import { contentOfView, type Planned, type Planner } from '../plans/planned';
import { changedLines } from './changed-lines';

/** Freezes a view as `snapshots/NAME`: the very documents, as they are signed, which never change. */
export const planSnapshot: Planner<Asked<'snapshot'>> = (request, mirror, at): Planned => {
  const content = contentOfView(mirror, request.view);
  const view = `snapshots/${request.name}`;
  if (content.state.kind === 'frozen') throw isFrozen(request.view);
  if ((mirror.views.get(view)?.documents.size ?? 0) > 0) throw alreadyThere(view);
  const { index, paths } = signedOf(content);
  const change = {
    documents: content.documents,
    taken: new Map([...paths].map(([id, path]) => [id, { view: content.view, path }])),
    state: {
      ...(mirror.views.get(view)?.state ?? emptyState(view)),
      kind: 'frozen',
      source: { snapshot: { from: content.view, index, at: timeText(at) } },
    },
    offered: [content],
    note: { ...noteOf('snapshot', request), from: content.view },
  } as const;
  const created: PlanLine = { does: 'create', why: `frozen from ${content.view}` };
  const undo: Remark = { about: 'undo', commands: [`maas-mirror view delete ${view}`] };
  const { refusal, remarks } = withdrawnIn(content, mirror.withdrawn);
  return {
    views: [{ view, change, lines: [created, ...changedLines(new Map(), content.documents)] }],
    remarks: [...remarks, undo],
    ...(refusal && { refusal }),
  };
};

/** A newest version that is withdrawn is not frozen; an older one is, which readers do not use. */
function withdrawnIn(
  { view, state, documents }: ViewContent,
  withdrawn: readonly Withdrawal[],
): { readonly refusal?: MirrorError; readonly remarks: readonly Remark[] } {
  const index = new WithdrawnIndex(view, [...state.withdrawals, ...withdrawn]);
  const products = [...documents.values()].flatMap((document) => Object.values(document.products));
  const found = products.flatMap((product) =>
    namesOf(product).flatMap((name) => {
      const match = index.of(product, name, product.versions[name] ?? { items: {} });
      return match === undefined ? [] : [{ product, name, match, isNewest: name === newestVersion(product) }];
    }),
  );
  const newest = found.find(({ isNewest }) => isNewest);
  return {
    ...(newest && { refusal: withdrawnError(releaseOf(newest.product), newest.name, newest.match) }),
    remarks: found.map(({ product, name }) => {
      return { about: 'still offered', view, product: productKey(product), version: name };
    }),
  };
}

function signedOf({ view, signed }: ViewContent): NonNullable<ViewContent['signed']> {
  if (signed !== undefined) return signed;
  throw new MirrorError('NoSuchView', `the mirror has no view ${view}`, { hint: 'publish to it first', misuse: true });
}

function isFrozen(view: string): MirrorError {
  return new MirrorError('BadInput', `${view} is a snapshot already`, {
    hint: 'name the view that it was made from',
    misuse: true,
  });
}

function alreadyThere(view: string): MirrorError {
  return new MirrorError('BadInput', `${view} exists already, and a snapshot never changes`, {
    hint: `choose another name, or delete it first: maas-mirror view delete ${view}`,
    misuse: true,
  });
}
