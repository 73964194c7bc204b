/* mirror/refusals: errors at synth. */

/** The path of a property: `['views', 0, 'packages', 1]`. */
export type Path = readonly (string | number)[];

/** The name of a property in messages. */
export type NameOf = (path: Path) => string;

/** As in TypeScript: `views[0].packages[1]`. */
export function propertyName(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
}
