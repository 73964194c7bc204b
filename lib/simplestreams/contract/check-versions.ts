import { sortsAbove } from '../version-order';
import { checkItems } from './check-items';
import { broken, type Violation } from './contract-rules';
import { isObject, membersOf, shown } from './json-shapes';
import type { ProductKindName } from './product-kinds';
import { isReadableDay, isSafeSegment } from './readable-values';

/** Checks the versions of one product. */
export function* checkVersions(versions: unknown, kind: ProductKindName, where: string): Generator<Violation> {
  for (const [name, version] of membersOf(versions)) yield* checkVersion(name, version, kind, `${where} / ${name}`);
  yield* checkRespins(
    membersOf(versions).map(([name]) => name),
    where,
  );
}

function* checkVersion(name: string, version: unknown, kind: ProductKindName, where: string): Generator<Violation> {
  if (!isSafeSegment(name)) yield broken('version-name-unsafe', where, `the name of the version is ${shown(name)}`);
  if (!isObject(version)) {
    yield broken('not-an-object', where, `the version is ${shown(version)}`);
    return;
  }
  if ('version_name' in version) yield broken('forbidden-key', where, 'it has the key version_name');
  for (const field of ['support_eol', 'support_esm_eol']) yield* checkEndOfLife(field, version[field], where);
  yield* checkItems(version.items, kind, where);
}

/** Null and undefined are valid, the empty string is not. */
export function* checkEndOfLife(field: string, value: unknown, where: string): Generator<Violation> {
  if (value === undefined || value === null) return;
  if (typeof value === 'string' && isReadableDay(value)) return;
  yield broken('eol-unreadable', where, `${field} is ${shown(value)}`);
}

/** Upstream numbers the re-spins of a day `.1`, `.2`, …; six digits are a build time, which sorts correctly. */
function* checkRespins(names: readonly string[], where: string): Generator<Violation> {
  const respins = names.flatMap((name) => {
    const [, day, count] = /^(\d{8})[._](\d{1,5})$/.exec(name) ?? [];
    return day === undefined ? [] : [{ name, day, count: Number(count) }];
  });
  for (const later of respins) {
    const above = respins.find(
      ({ name, day, count }) => day === later.day && count < later.count && sortsAbove(name, later.name),
    );
    if (above) yield broken('respins-sort-wrong', `${where} / ${later.name}`, `it sorts below ${above.name}`);
  }
}
