import type { MirrorView } from '../choices/mirror-view';
import { pascalCase } from '../pascal-case';
import type { Path } from '../refusals/property-path';
import { refused } from '../refusals/synth-error';

/** @throws BadInput (misuse) for views whose resources would have the same name, for duplicates in a view, and for empty lists */
export function checkViews(views: readonly MirrorView[]): void {
  const names = views.map(({ name }) => name);
  const twice = twiceIn(names);
  if (twice !== undefined) {
    throw refused(['views'], `has two views named ${JSON.stringify(twice)}`, 'rename or merge one of them');
  }
  refuseAlike(names);
  for (const [at, view] of views.entries()) checkLists(['views', at], view);
}

/** Resources are named after views, without hyphens. */
function refuseAlike(names: readonly string[]): void {
  for (const [at, name] of names.entries()) {
    const alike = names.slice(0, at).find((other) => pascalCase(other) === pascalCase(name));
    if (alike === undefined) continue;
    throw refused(
      ['views'],
      `has views named ${JSON.stringify(alike)} and ${JSON.stringify(name)}, whose resources would have the same name`,
      'rename one of them; the names must differ in more than hyphens',
    );
  }
}

/** Schedules are named after views and releases, so each release can be in a view once. */
function checkLists(path: Path, { releases = [], requiredKernels, optionalKernels }: MirrorView): void {
  const twice = twiceIn(releases.map(({ name }) => name));
  if (twice !== undefined) throw refused([...path, 'releases'], `contains ${twice} twice`, 'remove the duplicate');
  const flavours = requiredKernels ?? optionalKernels;
  if (flavours === undefined || [...(requiredKernels ?? []), ...(optionalKernels ?? [])].length > 0) return;
  const field = requiredKernels === undefined ? 'optionalKernels' : 'requiredKernels';
  throw refused([...path, field], 'is empty', 'add a flavour, or omit it to build the default flavours');
}

const twiceIn = (names: readonly string[]) => names.find((name, at) => names.indexOf(name) !== at);
