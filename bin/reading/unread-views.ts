import type { OnUnread } from '../../lib/operations/each-view';
import type { Terminal } from '../terminal/terminal';
import { wrapped } from '../terminal/wrapped';

/** Says which views a list leaves out, and how they are repaired. */
export class UnreadViews {
  #count = 0;

  constructor(private readonly terminal: Terminal) {}

  /** How many views were left out. */
  get count(): number {
    return this.#count;
  }

  readonly add: OnUnread = (view, { message, hint }) => {
    this.#count++;
    const ways = `to list what is wrong: maas-mirror verify ${view}; to see what can be repaired: maas-mirror repair ${view} --dry-run`;
    const texts = [...(hint === undefined ? [] : [hint]), ways];
    const lines = [`warning: ${view} is left out: ${message}`, ...texts.flatMap((text) => wrapped(text, 2))];
    for (const line of lines) this.terminal.err(line);
  };
}
