import { tripleOf } from '../../../publication/state/product-key';
import { partsOf, versionsOf } from '../../../publication/state/product-parts';
import type { ViewContent } from '../../../publication/state/view-content';
import { writeJson } from '../../../simplestreams/json';
import type { Item, Version } from '../../../simplestreams/types';

/**
 * A version with the root of one, and kernel and initrd of an earlier one, whose facts it carries.
 * @param from name of the version that the kernel is from
 * @param content of the view: the pair has booted if it has it as booted, and otherwise only its parts have
 */
export function mixedVersion(
  root: Version,
  kernel: Version,
  from: string,
  content: ViewContent,
  reason: string | undefined,
): Version {
  const items = [...itemsOf(root, (key) => !isOfKernel(key)), ...itemsOf(kernel, isOfKernel)];
  const mixed: Version = { ...kernel, items: Object.fromEntries(items), kept_from: from };
  if (hasBooted(content, mixed)) return { ...mixed, gate: 'passed' };
  return { ...mixed, gate: 'waived', waived: reason === undefined ? 'rollback' : `rollback: ${reason}` };
}

/** Whether the view has a version with this root, kernel and initrd that has booted. */
function hasBooted(content: ViewContent, version: Version): boolean {
  const triple = writeJson(tripleOf(version));
  const versions = [...partsOf(content).values()].flatMap(versionsOf);
  return versions.some(([, one]) => one.gate === 'passed' && writeJson(tripleOf(one)) === triple);
}

function itemsOf({ items }: Version, isWanted: (key: string) => boolean): [string, Item][] {
  return Object.entries(items).filter(([key]) => isWanted(key));
}

const isOfKernel = (key: string) => key.startsWith('boot-');
