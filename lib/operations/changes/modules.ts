import { byBytes } from '../../simplestreams/version-order';

/** Names that one list has and the other does not, sorted. */
export interface NameChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * The kernel modules among the files of an initrd, without the folder of the kernel's version: every kernel has another one.
 */
export function modulesIn(files: readonly string[]): ReadonlySet<string> {
  const modules = files.flatMap((file) => {
    const [, after] = file.split('lib/modules/', 2);
    const ending = endings.find((one) => file.endsWith(one));
    if (after === undefined || ending === undefined) return [];
    const path = after.slice(after.indexOf('/') + 1, -ending.length);
    return [path.startsWith('kernel/') ? path.slice('kernel/'.length) : path];
  });
  return new Set(modules);
}

const endings = ['.ko', '.ko.gz', '.ko.xz', '.ko.zst'];

export function nameChanges(before: ReadonlySet<string>, next: ReadonlySet<string>): NameChanges {
  const missingIn = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
    [...others].filter((name) => !some.has(name)).sort(byBytes);
  return { added: missingIn(before, next), removed: missingIn(next, before) };
}
