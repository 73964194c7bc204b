import type { Inside } from './inside';

export interface NamedText {
  /** Path below the folder. */
  readonly name: string;
  readonly text: string;
}

/** Bytes of one list. */
const most = 32 * 1024 * 1024;

/** How far down folders are looked into. */
const deepest = 8;

/** The texts below a folder whose names match, by name. @throws BadImage where one of these is no regular file */
export function textsIn(tree: Inside, folder: string, names: RegExp): NamedText[] {
  const found = namesBelow(tree, folder, deepest).filter((name) => names.test(name));
  return found.map((name) => ({ name, text: tree.readText(`${folder}/${name}`, most) ?? '' }));
}

function namesBelow(tree: Inside, folder: string, levels: number): string[] {
  if (levels === 0) return [];
  return tree.list(folder).flatMap(({ name, kind }) => {
    if (kind !== 'folder') return [name];
    return namesBelow(tree, `${folder}/${name}`, levels - 1).map((below) => `${name}/${below}`);
  });
}
