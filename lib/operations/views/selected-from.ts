import { MirrorError } from '../../errors';
import { derivedContent } from '../../publication/derived/derive-view';
import { maasName } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { SelectedPart, ViewState } from '../../publication/state/view-state';
import { writeJson } from '../../simplestreams/json';
import { type Asked, noteOf } from '../plans/asked';
import { chosenProducts, releaseOf } from '../plans/chosen-products';
import { contentOfView, type MirrorContent, type Planned } from '../plans/planned';
import { sourceText } from '../plans/source-text';
import { changedLines, changeRemarks } from './changed-lines';
import { refuseCircle, refuseTower } from './refuse-circle';

type Request = Asked<'view-create'> | Asked<'view-set'>;

/**
 * Makes a view one that is selected from others, with what they offer now.
 * @throws NoSuchView, NoSuchVersion, BadInput (misuse)
 */
export function selectedFrom(
  request: Request,
  asked: NonNullable<Request['select']>,
  content: ViewContent,
  mirror: MirrorContent,
  at: Date,
): Planned {
  const { name, configured } = request;
  const select = asked.map((part) => selectedPart(part, mirror));
  const names = [...new Set(select.map(({ from }) => from))];
  refuseCircle(name, names, mirror);
  refuseTower(name, names, mirror);

  const source = { select };
  const state: ViewState = {
    ...content.state,
    kind: 'selected',
    source,
    ...(configured !== undefined && { configured }),
  };
  const sources = new Map(names.map((from) => [from, contentOfView(mirror, from)]));
  const derived = derivedContent({ ...content, state }, sources, select, mirror.withdrawn, at);
  const isSame = writeJson({ source }) === writeJson({ source: content.state.source });
  const set = isSame ? [] : [{ does: 'set', why: sourceText({ select }) } as const];
  const [from] = names.length === 1 ? names : [];
  return {
    views: [
      {
        view: name,
        change: { ...derived, state, note: { ...noteOf('view', request), ...(from !== undefined && { from }) } },
        lines: [...set, ...changedLines(content.documents, derived.documents)],
      },
    ],
    remarks: changeRemarks(content.documents, derived.documents),
    ...(derived.documents.size === 0 && { refusal: selectsNothing(name, names) }),
  };
}

type AskedPart = NonNullable<Request['select']>[number];

/** In the words that products have. @throws NoSuchView, NoSuchVersion (misuse) */
function selectedPart({ from, releases, architectures, flavours }: AskedPart, mirror: MirrorContent): SelectedPart {
  const content = contentOfView(mirror, from);
  const scope = { ...(architectures && { architectures }), ...(flavours && { flavours }) };
  const chosen = (releases ?? [undefined]).flatMap((release) => chosenProducts(content, { ...scope, release }));
  const names = new Set(chosen.map(({ product }) => maasName(product)));
  return {
    from,
    ...(releases && { releases: [...new Set(chosen.map(({ product }) => releaseOf(product)))].sort() }),
    ...(architectures && { architectures: [...architectures].sort() }),
    ...(flavours && { flavours: [...names].sort() }),
  };
}

function selectsNothing(name: string, sources: readonly string[]): MirrorError {
  const message = `${name} would be empty: MAAS rejects a source without products`;
  return new MirrorError('ContractBroken', message, { hint: `select something that ${sources.join(', ')} offers` });
}
