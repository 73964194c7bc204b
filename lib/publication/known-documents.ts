/**
 * What was read of the views of a mirror, as long as it is used: an operation plans from a view, changes it, and updates what
 * follows it, but reads and checks a large file once. These files are named by the sha256 of their own bytes, so what is known
 * of one cannot be outdated.
 */
export class KnownDocuments {
  readonly #parts = new Map<string, Known>();
  readonly #facts = new Map<string, DocumentFacts>();

  /** What this file holds, if it is still in memory, and the size that it had in bytes. A path is read in one way only. */
  part<Part extends object>(view: string, path: string): { readonly part: Part; readonly size: number } | undefined {
    const { part, size } = this.#parts.get(keyOf(view, path)) ?? {};
    const known = part?.deref() as Part | undefined;
    return known === undefined || size === undefined ? undefined : { part: known, size };
  }

  /** @param part the object that others hold on to: it is known for as long as they do */
  keep(view: string, path: string, part: object, size: number): void {
    this.#parts.set(keyOf(view, path), { part: new WeakRef(part), size });
  }

  /** What is known of a signed document that was read or written, even if the document itself is no longer in memory. */
  facts(view: string, path: string): DocumentFacts | undefined {
    return this.#facts.get(keyOf(view, path));
  }

  keepFacts(view: string, path: string, facts: DocumentFacts): void {
    this.#facts.set(keyOf(view, path), facts);
  }
}

export interface DocumentFacts {
  /** The path of its unsigned JSON. */
  readonly jsonPath: string;
  /** Whether the new key still has to sign it; always false outside a key rotation. */
  readonly byFormer: boolean;
}

interface Known {
  readonly part: WeakRef<object>;
  readonly size: number;
}

const keyOf = (view: string, path: string) => `${view}/${path}`;
