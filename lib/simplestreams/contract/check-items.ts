import { broken, type Violation } from './contract-rules';
import { checkOptional, checkRequired, isEmpty, isObject, type JsonObject, membersOf, shown } from './json-shapes';
import { knownFtypes, type ProductKindName, productKinds } from './product-kinds';
import { pathFault } from './readable-values';

/** Checks the items of one version, individually and together. */
export function* checkItems(items: unknown, kind: ProductKindName, where: string): Generator<Violation> {
  if (!isObject(items) || isEmpty(items)) {
    yield broken('items-empty', where, `items is ${shown(items)}`);
    return;
  }
  yield* checkPresence(Object.keys(items), kind, where);
  for (const [name, item] of membersOf(items)) yield* checkItem(name, item, kind, `${where} / ${name}`);
  yield* checkUnique(items, where);
}

function* checkPresence(names: readonly string[], kind: ProductKindName, where: string): Generator<Violation> {
  const { requiredItems, oneOf, items } = productKinds[kind];
  for (const name of requiredItems) {
    if (!names.includes(name)) yield broken('item-missing', where, `it has no ${name}`);
  }
  if (oneOf.length > 0 && !oneOf.some((name) => names.includes(name))) {
    yield broken(kind === 'image' ? 'root-missing' : 'item-missing', where, `it has none of ${oneOf.join(', ')}`);
  }
  for (const name of names.filter((each) => !Object.hasOwn(items, each))) {
    const rule = kind === 'image' && name === 'root-tgz' ? 'root-tgz-mixed' : 'item-unknown';
    yield broken(rule, where, `it has an item ${name}`);
  }
}

function* checkItem(name: string, item: unknown, kind: ProductKindName, where: string): Generator<Violation> {
  if (!isObject(item)) {
    yield broken('not-an-object', where, `the item is ${shown(item)}`);
    return;
  }
  yield* checkRequired(item, ['ftype', 'path', 'sha256', ...productKinds[kind].itemFields], where);
  yield* checkOptional(item, ['kpackage'], where);
  yield* checkFtype(name, item.ftype, kind, where);
  yield* checkPlace(item, where);
}

function* checkFtype(name: string, ftype: unknown, kind: ProductKindName, where: string): Generator<Violation> {
  if (typeof ftype !== 'string' || ftype === '') return;
  const { items } = productKinds[kind];
  const wanted = Object.hasOwn(items, name) ? items[name] : undefined;
  if (!knownFtypes.includes(ftype)) yield broken('ftype-unknown', where, `ftype is ${ftype}`);
  else if (wanted !== undefined && ftype !== wanted) {
    yield broken('ftype-wrong', where, `ftype is ${ftype}, not ${wanted}`);
  }
}

function* checkPlace({ path, sha256, size }: JsonObject, where: string): Generator<Violation> {
  const fault = typeof path === 'string' && path !== '' ? pathFault(path) : undefined;
  if (fault !== undefined) yield broken('path-unsafe', where, `the path ${path} ${fault}`);
  if (typeof sha256 === 'string' && sha256 !== '' && !/^[0-9a-f]{64}$/.test(sha256)) {
    yield broken('sha256-malformed', where, `sha256 is ${shown(sha256)}`);
  }
  if (size === undefined) yield broken('field-missing', where, 'size is missing');
  else if (!Number.isSafeInteger(size) || Number(size) <= 0) {
    yield broken('size-malformed', where, `size is ${shown(size)}`);
  }
}

function* checkUnique(items: JsonObject, where: string): Generator<Violation> {
  yield* checkDistinct(
    'basename',
    items,
    ({ path }) => (typeof path === 'string' ? path.split('/').at(-1) : path),
    where,
  );
  yield* checkDistinct('sha256', items, ({ sha256 }) => sha256, where);
}

function* checkDistinct(
  what: 'basename' | 'sha256',
  items: JsonObject,
  property: (item: JsonObject) => unknown,
  where: string,
): Generator<Violation> {
  const owners = new Map<string, string>();
  for (const [name, item] of membersOf(items)) {
    const value = isObject(item) ? property(item) : undefined;
    if (typeof value !== 'string') continue;
    const owner = owners.get(value);
    if (owner !== undefined) {
      yield broken(`${what}-repeated`, `${where} / ${name}`, `it has the same ${what} as ${owner} (${value})`);
    }
    owners.set(value, name);
  }
}
