import type { Store, WriteOptions } from '../../../lib/store/store';

/** A store that writes down how each object was to be written, in order: content type, how long it may be kept. */
export function storeWithOptions(inner: Store): {
  readonly store: Store;
  readonly written: readonly (readonly [key: string, options: WriteOptions])[];
} {
  const written: (readonly [string, WriteOptions])[] = [];
  const store = Object.create(inner, {
    create: {
      value: (...[key, body, options = {}]: Parameters<Store['create']>) => {
        written.push([key, options]);
        return inner.create(key, body, options);
      },
    },
    replace: {
      value: (...[key, body, options]: Parameters<Store['replace']>) => {
        written.push([key, options]);
        return inner.replace(key, body, options);
      },
    },
  }) as Store;
  return { store, written };
}
