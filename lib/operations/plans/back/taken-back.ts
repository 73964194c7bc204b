import { MirrorError } from '../../../errors';
import { commandLine } from '../../../job/operations/commands';
import { endingView } from '../../../publication/gate/refusal';
import { withdrawnError } from '../../../publication/gate/withdrawn-error';
import { offerGroups } from '../../../publication/offers/offer-groups';
import { highest } from '../../../publication/state/highest';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import { newestVersion } from '../../../simplestreams/merge';
import type { Product, Version } from '../../../simplestreams/types';
import { byBytes, sortsAbove } from '../../../simplestreams/version-order';
import type { Asked } from '../asked';
import { type ChosenProduct, chosenProducts, productsIn, releaseOf } from '../chosen-products';
import { type ChosenVersion, chosenVersions, namesOf } from '../chosen-versions';
import { afterwards } from '../leads-back';
import { type MirrorContent, statesIn } from '../planned';
import { planRemoval } from '../remove-plan';

/**
 * The versions that a rollback takes back, the highest name first: the newest build of each group of products that must have
 * one root, or everything above `to`.
 * @throws NoSuchVersion (misuse); Withdrawn if `to` is
 */
export function versionsTakenBack(
  content: ViewContent,
  request: Asked<'rollback'>,
  { withdrawn }: Pick<MirrorContent, 'withdrawn'>,
): ChosenVersion[] {
  const products = chosenProducts(content, request);
  const { to } = request;
  const taken = to === undefined ? newestBuilds(products) : versionsAbove(products, to);
  if (to !== undefined) {
    const index = new WithdrawnIndex(content.view, [...content.state.withdrawals, ...withdrawn]);
    refuseWithdrawn(chosenVersions(content.view, products, to), index);
  }
  return taken.sort((one, other) => byBytes(other.name, one.name) || byBytes(one.key, other.key));
}

/** Bootloaders come together, although each could have another version. */
function newestBuilds(products: readonly ChosenProduct[]): ChosenVersion[] {
  const newest = products.flatMap((one) => {
    const name = newestVersion(one.product);
    return name === undefined ? [] : versionOf(one, name);
  });
  const [loaders, images] = [
    newest.filter(({ product }) => isLoader(product)),
    newest.filter((one) => !isLoader(one.product)),
  ];
  return [loaders, ...offerGroups(images)].flatMap((group) => {
    const top = highest(group.map(({ name }) => name));
    const builds = new Set(group.filter(({ name }) => name === top).map(builtAs));
    return group.filter((one) => builds.has(builtAs(one)));
  });
}

function versionsAbove(products: readonly ChosenProduct[], to: string): ChosenVersion[] {
  return products.flatMap((one) =>
    namesOf(one.product)
      .filter((name) => sortsAbove(name, to))
      .flatMap((name) => versionOf(one, name)),
  );
}

function versionOf(one: ChosenProduct, name: string): ChosenVersion[] {
  const version = one.product.versions[name];
  return version === undefined ? [] : [{ ...one, name, version }];
}

/** The name under which it was built: in a promoted view, the flavours of one build may have different names. */
function builtAs({ name, version }: { readonly name: string; readonly version: Version }): string {
  const { origin } = version;
  return typeof origin === 'string' ? origin.slice(origin.lastIndexOf('/') + 1) : name;
}

const isLoader = (product: Product) => product['bootloader-type'] !== undefined;

function refuseWithdrawn(versions: readonly ChosenVersion[], index: WithdrawnIndex): void {
  for (const { product, name, version } of versions) {
    const match = index.of(product, name, version);
    if (match !== undefined) throw withdrawnError(releaseOf(product), name, match);
  }
}

/** @throws NoSuchVersion: there is nothing to go back to; the hint says what can be done */
export function refuseStuck(
  stuck: readonly ChosenProduct[],
  versions: readonly ChosenVersion[],
  content: ViewContent,
  request: Pick<Asked<'rollback'>, 'architectures' | 'flavours'>,
  mirror: MirrorContent & { readonly mark: Withdrawal },
  at: Date,
): void {
  const [one] = stuck;
  if (one === undefined) return;
  const { view, state } = content;
  const { product } = one;
  const release = releaseOf(product);
  const name = versions.find(({ key }) => key === one.key)?.name ?? newestVersion(product) ?? '';
  const version = product.versions[name];
  const index = new WithdrawnIndex(view, [...state.withdrawals, ...mirror.withdrawn]);
  const isMarked = version !== undefined && index.of(product, name, version) !== undefined;
  const stands = new Set(stuck.map(({ key }) => key));
  const isAll = productsIn(content).every(({ key }) => stands.has(key));
  const bad = commandLine(['withdraw', view, release, name], request);
  const last = isAll
    ? endingView(view, statesIn(mirror))
    : removalOf(one, name, request, content, [...mirror.withdrawn, mirror.mark], at);
  throw new MirrorError('NoSuchVersion', `${release} ${product.arch ?? ''} has no version before ${name}`, {
    hint: [
      ...(isMarked ? [] : [`withdraw it, so that no view takes it: ${bad}`]),
      `${state.kind === 'promoted' ? 'promote' : 'publish'} a good one`,
      ...(last === undefined ? [] : [`without one, only this stops offering it: ${last}`]),
    ].join('; '),
  });
}

/** Undefined if it would be refused: the version before may be withdrawn as well, or have another root than its sisters have. */
function removalOf(
  { product }: ChosenProduct,
  version: string,
  { flavours }: Pick<Asked<'rollback'>, 'flavours'>,
  content: ViewContent,
  withdrawn: readonly Withdrawal[],
  at: Date,
): string | undefined {
  const scope = { architectures: product.arch === undefined ? [] : [product.arch], flavours };
  const { view } = content;
  const request: Asked<'remove'> = { does: 'remove', view, release: releaseOf(product), version, ...scope };
  const mirror = { views: new Map([[view, content]]), withdrawn };
  if (afterwards(content, () => planRemoval(request, mirror, at)) === undefined) return undefined;
  return commandLine(['remove', view, request.release, version], scope);
}
