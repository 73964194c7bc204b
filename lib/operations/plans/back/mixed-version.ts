import { tripleOf } from '../../../publication/state/product-key';
import { partsOf, versionsOf } from '../../../publication/state/product-parts';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Item, Version } from '../../../simplestreams/types';

/**
 * A version with the root of one, and kernel and initrd of an earlier one, whose facts it carries, except those of its root. What
 * is stated about the provenance of other files is not stated about these.
 * @param from name of the version that the kernel is from, and the label of its view
 * @param booted the {@link bootedTriples} of the view: of others, only the parts have booted
 */
export function mixedVersion(
  root: Version,
  kernel: Version,
  from: { readonly name: string; readonly label: string },
  { booted, reason }: { readonly booted: ReadonlySet<string>; readonly reason?: string },
): Version {
  const items = [...itemsOf(root, (key) => !isOfKernel(key)), ...itemsOf(kernel, isOfKernel)];
  const facts = Object.entries(kernel).filter(
    ([field]) => ![...ofRoot, 'waived'].includes(field) && !field.startsWith('provenance'),
  );
  const rooted = ofRoot.flatMap((field) => (root[field] === undefined ? [] : [[field, root[field]] as const]));
  const mixed: Version = {
    ...Object.fromEntries([...facts, ...rooted]),
    items: Object.fromEntries(items),
    ...{ kept_from: from.name, origin: `${from.label}/${from.name}` },
  };
  if (booted.has(wordOf(mixed))) return { ...mixed, gate: 'passed' };
  return { ...mixed, gate: 'waived', waived: reason === undefined ? 'rollback' : `rollback: ${reason}` };
}

/** Facts about the base image; and the time of its build, which `list` shows beside its serial. */
const ofRoot = ['serial', 'base_sha256', 'built'];

/** Root, kernel and initrd, in one word, of every version of a view that has booted. */
export function bootedTriples(content: ViewContent): ReadonlySet<string> {
  const versions = [...partsOf(content).values()].flatMap(versionsOf);
  return new Set(versions.filter(([, { gate }]) => gate === 'passed').map(([, version]) => wordOf(version)));
}

function wordOf(version: Version): string {
  const { root = '', kernel = '', initrd = '' } = tripleOf(version);
  return `${root} ${kernel} ${initrd}`;
}

function itemsOf({ items }: Version, isWanted: (key: string) => boolean): [string, Item][] {
  return Object.entries(items).filter(([key]) => isWanted(key));
}

const isOfKernel = (key: string) => key.startsWith('boot-');
