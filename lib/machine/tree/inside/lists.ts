import type { Inside } from './inside';

export interface NamedText {
  /** Path below the folder. */
  readonly name: string;
  readonly text: string;
}

/** Bytes of one list, and of all that are read together: what is read is kept in memory. */
const mostOfOne = 32 * 1024 * 1024;
const mostOfAll = 256 * 1024 * 1024;

/** How far down folders are looked into. */
const deepest = 8;

/**
 * The texts below a folder that are chosen of all names there, by name.
 * @throws BadImage where one of these is no regular file
 */
export function textsIn(
  tree: Inside,
  folder: string,
  choose: RegExp | ((names: readonly string[]) => readonly string[]),
): NamedText[] {
  const names = namesBelow(tree, folder);
  const found = choose instanceof RegExp ? names.filter((name) => choose.test(name)) : choose(names);
  let left = mostOfAll;
  return found.map((name) => {
    const bytes = tree.read(`${folder}/${name}`, Math.min(mostOfOne, left));
    left -= bytes?.length ?? 0;
    return { name, text: bytes?.toString() ?? '' };
  });
}

/** Paths of all that is no folder below a folder, by name; links are not followed. */
export function namesBelow(tree: Inside, folder: string, levels = deepest): string[] {
  if (levels === 0) return [];
  return tree.list(folder).flatMap(({ name, kind }) => {
    if (kind !== 'folder') return [name];
    return namesBelow(tree, `${folder}/${name}`, levels - 1).map((below) => `${name}/${below}`);
  });
}
