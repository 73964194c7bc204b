/**
 * What was read of the views of a mirror, as long as it is used: an operation plans from a view, changes it, and updates what
 * follows it, but reads and checks a large file once. These files are named by the sha256 of their own bytes, so what is known
 * of one cannot be outdated.
 */
export class KnownDocuments {
  readonly #parts = new Map<string, Known>();
  readonly #jsonPaths = new Map<string, string>();

  /** What this file holds, if it is still in memory, and the size that it had in bytes. A path is read in one way only. */
  part<Part extends object>(view: string, path: string): { readonly part: Part; readonly size: number } | undefined {
    const { part, size } = this.#parts.get(keyOf(view, path)) ?? {};
    const known = part?.deref() as Part | undefined;
    return known === undefined || size === undefined ? undefined : { part: known, size };
  }

  keep(view: string, path: string, part: object, size: number): void {
    this.#parts.set(keyOf(view, path), { part: new WeakRef(part), size });
  }

  /** The path of the unsigned JSON of a signed document. */
  jsonPath(view: string, path: string): string | undefined {
    return this.#jsonPaths.get(keyOf(view, path));
  }

  keepJsonPath(view: string, path: string, jsonPath: string): void {
    this.#jsonPaths.set(keyOf(view, path), jsonPath);
  }
}

interface Known {
  readonly part: WeakRef<object>;
  readonly size: number;
}

const keyOf = (view: string, path: string) => `${view}/${path}`;
