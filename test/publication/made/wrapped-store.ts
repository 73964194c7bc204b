import type { Store } from '../../../lib/store/store';

/** A call of a method that looks at one object or changes it. */
export interface StoreCall {
  readonly method: 'head' | 'read' | 'create' | 'replace' | 'adopt' | 'remove' | 'expose';
  readonly key: string;
}

/** Called instead of the method, which `go` then is. */
export type Around = <T>(call: StoreCall, go: () => Promise<T>) => Promise<T>;

/** A store with something around each of its calls. */
export function wrappedStore(inner: Store, around: Around): Store {
  return {
    name: inner.name,
    head: (key) => around({ method: 'head', key }, () => inner.head(key)),
    read: (key) => around({ method: 'read', key }, () => inner.read(key)),
    readTo: (key, file) => inner.readTo(key, file),
    list: (prefix) => inner.list(prefix),
    folders: (prefix) => inner.folders(prefix),
    listing: (prefix) => inner.listing(prefix),
    create: (key, body, options) => around({ method: 'create', key }, () => inner.create(key, body, options)),
    replace: (key, body, options) => around({ method: 'replace', key }, () => inner.replace(key, body, options)),
    adopt: (key, from, fromKey, options) =>
      around({ method: 'adopt', key }, () => inner.adopt(key, from, fromKey, options)),
    remove: (key) => around({ method: 'remove', key }, () => inner.remove(key)),
    expose: (view, folder) => around({ method: 'expose', key: `${view}/${folder}` }, () => inner.expose(view, folder)),
  };
}

/** A store that writes down what is written to it, in order: `create pool/…`. */
export function recordingStore(inner: Store): { readonly store: Store; readonly writes: readonly string[] } {
  const writes: string[] = [];
  const store = wrappedStore(inner, async ({ method, key }, go) => {
    const done = await go();
    if (method !== 'head' && method !== 'read') writes.push(`${method} ${key}`);
    return done;
  });
  return { store, writes };
}
