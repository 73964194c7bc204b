/* mirror/refusals: errors at synth. */

/** The path to a property: `['views', 0, 'packages', 1]`. */
export type Path = readonly (string | number)[];

/** How a message names a property. */
export type NameOf = (path: Path) => string;

/** As in TypeScript: `views[0].packages[1]`. */
export function propertyName(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
}
