import type { Inside } from './inside';

export interface NamedText {
  /** Path relative to the folder. */
  readonly name: string;
  readonly text: string;
}

/** Limits for one list and for all lists together, in bytes, because they are kept in memory. */
const mostOfOne = 32 * 1024 * 1024;
const mostOfAll = 256 * 1024 * 1024;

/** Maximum folder depth. */
const deepest = 8;

/**
 * Reads the chosen files below a folder, sorted by name.
 * @throws BadImage if one of them is not a regular file
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

/** Paths of everything below a folder except folders, sorted by name; links are not followed. */
export function namesBelow(tree: Inside, folder: string, levels = deepest): string[] {
  if (levels === 0) return [];
  return tree.list(folder).flatMap(({ name, kind }) => {
    if (kind !== 'folder') return [name];
    return namesBelow(tree, `${folder}/${name}`, levels - 1).map((below) => `${name}/${below}`);
  });
}
