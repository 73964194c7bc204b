import type { Followed } from '../../lib/job/operations/outcome';
import type { Held } from '../../lib/publication/offers/held';
import type { PublishedBootloaders } from '../../lib/stages/publish-bootloaders';
import type { Published } from '../../lib/stages/updates/published';

/** What Publish said of an architecture; of a deployed older release, some of it is missing. */
export type PublishedArchitecture = Omit<Published, 'kept' | 'withdrawn' | 'followed'> & Partial<Published>;

/** `amd64: published version 20261120.083000, without rt`, or why nothing was published. */
export function publishedText({
  architecture,
  version,
  overtaken,
  leftOut,
  kept = [],
  withdrawn = [],
  held,
  followed = [],
}: PublishedArchitecture): string {
  const left = leftOut.length === 0 ? '' : `, without ${leftOut.join(', ')}`;
  const without = `${kept.map(({ kernel, from }) => `, with ${kernel} kept from ${from}`).join('')}${left}`;
  const decided = [...(held === undefined ? [] : [heldText(held)]), ...withdrawnTexts(withdrawn, version !== null)];
  const overtook = overtaken.length === 0 ? [] : [`another build published ${overtaken.join(', ')} in the meantime`];
  const others = [...overtook, ...followedTexts(followed)];
  if (version !== null)
    return `${architecture}: ${[`published version ${version}${without}`, ...decided, ...others].join('; ')}`;
  if (decided.length > 0) return `${architecture}: ${[...decided, ...others].join('; ')}${without}`;
  const first = overtook.length === 0 ? 'up to date' : 'nothing was published';
  return `${architecture}: ${[`${first}${without}`, ...others].join('; ')}`;
}

/** `published uefi:amd64 20261120.083000`, or why nothing was published. */
export function publishedLoadersText({
  products,
  withdrawn = [],
  held,
  followed = [],
}: Partial<PublishedBootloaders>): string {
  const names = (products ?? []).map(({ product, version }) => `${nameOf(product)} ${version}`);
  const refused = withdrawn.map(({ product, said }) => ({ kernel: nameOf(product), said }));
  const decided = [...(held === undefined ? [] : [heldText(held)]), ...withdrawnTexts(refused, true)];
  const published = names.length === 0 ? [] : [`published ${names.join(', ')}`];
  const first = published.length + decided.length === 0 ? ['up to date'] : published;
  return [...first, ...decided, ...followedTexts(followed)].join('; ');
}

const nameOf = (product: string) => product.replace(/^.*:1:/, '');

/** `held since 2026-11-27 (freeze), 3 pending` */
function heldText({ since, until, reason, pending }: Held): string {
  const end = until === undefined ? '' : ` until ${until.slice(0, 10)}`;
  return `held since ${since.slice(0, 10)}${end}${reason === undefined ? '' : ` (${reason})`}, ${pending} pending`;
}

/** Each reason once; with the flavours, unless all that was to be published has this one. */
function withdrawnTexts(withdrawn: Published['withdrawn'], isNamed: boolean): string[] {
  const reasons = [...Map.groupBy(withdrawn, ({ said }) => said)];
  if (!isNamed && reasons.length === 1) return reasons.map(([said]) => said);
  return reasons.map(([said, some]) => `${some.map(({ kernel }) => kernel).join(', ')} ${said}`);
}

/** Selected views that were updated afterwards, and those that could not be. */
function followedTexts(followed: readonly Followed[]): string[] {
  const moved = followed.filter((one) => one.moved).map(({ view }) => view);
  const failed = followed.flatMap(({ view, failure }) => (failure === undefined ? [] : [{ view, failure }]));
  return [
    ...(moved.length === 0 ? [] : [`updated ${moved.join(', ')}`]),
    ...failed.map(({ view, failure }) => `could not update ${view} (${failure})`),
  ];
}
