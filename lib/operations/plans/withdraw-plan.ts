import { commandLine } from '../../job/operations/commands';
import type { Remark } from '../../job/operations/outcome';
import { restoreCommand } from '../../publication/gate/withdrawn-error';
import { productKey, tripleOf } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { sortsAbove } from '../../simplestreams/version-order';
import { type Asked, noteOf } from './asked';
import { chosenProducts, productsIn, releaseOf } from './chosen-products';
import { type ChosenVersion, chosenVersions, namesOf } from './chosen-versions';
import { markFor, markLines, withMark } from './marked';
import { type Planned, type PlannedView, type Planner, viewToChange } from './planned';

/**
 * Marks a version as withdrawn, in the view that is named or in all that are not frozen. It moves nothing: what still offers
 * it is told, with the command that takes it back there.
 */
export const planWithdrawal: Planner<Asked<'withdraw'>> = (request, mirror, at): Planned => {
  const named = viewToChange(mirror, request.view);
  const versions = chosenVersions(request.view, chosenProducts(named, request), request.version);
  const mark = markFor(versions, request, named, at);
  const views = [named, ...(request.allViews ? othersOf(mirror.views, request.view) : [])];
  const planned = views.map((content): PlannedView => {
    const withdrawals = withMark(content, mark);
    if (withdrawals === undefined) return { view: content.view, lines: [] };
    const change = { state: { ...content.state, withdrawals }, note: noteOf('withdraw', request) };
    return { view: content.view, change, lines: markLines(mark) };
  });
  const isNew = !named.state.withdrawals.some(({ id }) => id === mark.id);
  const undo: Remark = { about: 'undo', commands: [restoreCommand(mark)] };
  const remarks = [...matches(mark, mirror.views), ...onlyTheKernel(versions, mark), ...(isNew ? [undo] : [])];
  return { views: planned, remarks };
};

/** All views that an operation in all views changes after the named one: a frozen one never changes. */
export function othersOf(views: ReadonlyMap<string, ViewContent>, named: string): ViewContent[] {
  const all = [...views.values()].sort((one, other) => (sortsAbove(one.view, other.view) ? 1 : -1));
  return all.filter(({ view, state }) => view !== named && state.kind !== 'frozen');
}

/** What a mark matches in the documents of all views, except what it names; and where that is still offered as newest. */
export function matches(mark: Withdrawal, views: ReadonlyMap<string, ViewContent>): Remark[] {
  return [...views.values()].flatMap((content) => {
    const { view, documents } = content;
    const index = new WithdrawnIndex(view, [mark]);
    const products = [...documents.values()].flatMap((document) => Object.values(document.products));
    return products.flatMap((product) => {
      const newest = newestVersion(product);
      return namesOf(product).flatMap((name): Remark[] => {
        const version = product.versions[name];
        const match = version === undefined ? undefined : index.of(product, name, version);
        if (match === undefined) return [];
        const where = { view, product: productKey(product), version: name };
        if (name === newest)
          return [{ about: 'still offered', ...where, commands: backThere(content, product, { mark, views }) }];
        return match.by === 'name' || isNamed(mark, view, name) ? [] : [{ about: 'matched', ...where, why: match.by }];
      });
    });
  });
}

/** Takes it back where the view has it from: a selected view follows its sources, and is pointed away from a snapshot. */
function backThere({ view, state }: ViewContent, product: Product, mirror: Marked): string[] {
  const { architectures, flavours } = mirror.mark;
  if (state.kind !== 'selected')
    return [commandLine(['rollback', view, releaseOf(product)], { architectures, flavours })];
  const key = productKey(product);
  const commands = (state.source?.select ?? []).flatMap(({ from }) => {
    const source = mirror.views.get(from);
    const has = source && productsIn(source).some((one) => one.key === key);
    if (source === undefined || !has) return [];
    return source.state.kind === 'frozen'
      ? [`maas-mirror view set ${view} --from VIEW`]
      : backThere(source, product, mirror);
  });
  return [...new Set(commands)];
}

interface Marked {
  readonly mark: Withdrawal;
  readonly views: ReadonlyMap<string, ViewContent>;
}

/** A whole withdrawal does not keep a bad kernel away from a new base image. */
export function onlyTheKernel(versions: readonly ChosenVersion[], { flavours }: Withdrawal): Remark[] {
  if (flavours.length > 0) return [];
  return versions.flatMap(({ key, product, name, version }): Remark[] => {
    const before = namesOf(product).find((one) => sortsAbove(name, one));
    const [now, was] = [tripleOf(version), tripleOf(product.versions[before ?? ''] ?? { items: {} })];
    const isOnlyKernel = was.root !== undefined && was.root === now.root && was.kernel !== now.kernel;
    return before !== undefined && isOnlyKernel
      ? [{ about: 'only the kernel', product: key, version: name, before }]
      : [];
  });
}

function isNamed({ view, version }: Withdrawal, other: string, name: string): boolean {
  return view === other && version === name;
}
