import { MirrorError } from '../../errors';
import type { Reading } from '../read-index';
import { readIndex } from '../read-index';
import { type PublishedView, readView } from '../read-view';

/**
 * The sources of selected views, which follow one after the other. Forty site views follow one view: it is read once, unless it
 * changes. Only the sources of one view are in memory.
 */
export class Sources {
  #last = new Map<string, PublishedView>();

  constructor(private readonly reading: Reading) {}

  /**
   * The sources of a view as they are now.
   * @throws NoSuchView (misuse) if one is missing; the errors of readView
   */
  async read(view: string, names: readonly string[]): Promise<PublishedView[]> {
    for (const name of [...this.#last.keys()]) {
      if (!names.includes(name) || !(await this.#isCurrent(name))) this.#last.delete(name);
    }
    for (const name of names) {
      if (this.#last.has(name)) continue;
      const source = await readView(name, this.reading);
      if (source.index === undefined) throw noSource(view, name);
      this.#last.set(name, source);
    }
    return names.flatMap((name) => this.#last.get(name) ?? []);
  }

  /** Whether those that were read last are still current. */
  async areCurrent(): Promise<boolean> {
    for (const name of this.#last.keys()) if (!(await this.#isCurrent(name))) return false;
    return true;
  }

  async #isCurrent(name: string): Promise<boolean> {
    return (await readIndex(name, this.reading)).tag === this.#last.get(name)?.tag;
  }
}

function noSource(view: string, source: string): MirrorError {
  return new MirrorError('NoSuchView', `${view} follows ${source}, which does not exist`, {
    hint: `choose another source: maas-mirror view set ${view} --from VIEW`,
    misuse: true,
  });
}
