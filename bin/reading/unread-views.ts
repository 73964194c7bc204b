import type { OnUnread } from '../../lib/operations/each-view';
import type { Terminal } from '../terminal/terminal';
import { wrapped } from '../terminal/wrapped';

/** Says which views a list leaves out, and how they are repaired. */
export class UnreadViews {
  #count = 0;

  /** @param typed a command, as it is to be typed for this mirror */
  constructor(
    private readonly terminal: Terminal,
    private readonly typed: (command: string) => string,
  ) {}

  /** How many views were left out. */
  get count(): number {
    return this.#count;
  }

  readonly add: OnUnread = (view, { message, hint }) => {
    this.#count++;
    const lines = [
      `warning: ${view} is left out: ${message}`,
      ...(hint === undefined ? [] : wrapped(hint, 2)),
      '  to list what is wrong, and to see what can be repaired:',
      `    ${this.typed(`maas-mirror verify ${view}`)}`,
      `    ${this.typed(`maas-mirror repair ${view} --dry-run`)}`,
    ];
    for (const line of lines) this.terminal.err(line);
  };
}
