import type { Store } from '../../../lib/store/store';
import { wrappedStore } from './wrapped-store';

/** One turn: who goes on, several of them at once where more than one is named. */
export interface Turn {
  readonly who: readonly string[];
}

/**
 * Lets some that work at once go on in a given order, so that what happens between them is the same each time, however
 * busy the machine is. The next turn comes as soon as everyone has asked for one, or has left.
 */
export class Turns<One extends Turn> {
  private readonly waiting = new Map<string, ((turn: One | undefined) => void)[]>();
  private readonly here: Set<string>;
  private at = 0;

  /** @param turns behind their end each goes in its turn */
  constructor(
    private readonly names: readonly string[],
    private readonly turns: readonly One[],
  ) {
    this.here = new Set(names);
  }

  /** Fulfilled when it may go on, with the turn that let it; undefined where that was none of the given ones. */
  wait(who: string): Promise<One | undefined> {
    return new Promise((resolve) => {
      this.waiting.set(who, [...(this.waiting.get(who) ?? []), resolve]);
      this.go();
    });
  }

  /** Works on a store of which each call waits for its turn, and leaves. */
  async store<T>(who: string, inner: Store, work: (store: Store) => Promise<T>): Promise<T> {
    try {
      return await work(
        wrappedStore(inner, async (_, go) => {
          await this.wait(who);
          return go();
        }),
      );
    } finally {
      this.leave(who);
    }
  }

  leave(who: string): void {
    this.here.delete(who);
    this.go();
  }

  private go(): void {
    const ready = [...this.here].filter((name) => this.waiting.get(name)?.length);
    if (ready.length === 0 || ready.length < this.here.size) return;
    const turn = this.turns[this.at];
    const wanted = turn?.who ?? [this.names[this.at % this.names.length]];
    this.at += 1;
    const going = ready.filter((name) => wanted.includes(name));
    for (const name of going.length > 0 ? going : ready.slice(0, 1)) this.waiting.get(name)?.shift()?.(turn);
    this.go(); // one that asks for several things at once may still wait
  }
}
