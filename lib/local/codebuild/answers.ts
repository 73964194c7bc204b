import type { Readable } from 'node:stream';

/**
 * What a process writes to a stream, split at NUL bytes. It is read immediately and kept here: a stream that is only read
 * on demand would delay the process's `close` event.
 */
export class Answers {
  #rest = '';
  #over = false;
  readonly #arrived: string[] = [];
  #waiting: ((answer: string | undefined) => void) | undefined;

  constructor(stream: Readable) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#take(text));
    stream.on('close', () => this.#end());
  }

  /** @returns the next answer, or undefined if no more will come */
  next(): Promise<string | undefined> {
    const answer = this.#arrived.shift();
    if (answer !== undefined || this.#over) return Promise.resolve(answer);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split('\0');
    this.#rest = parts.pop() ?? '';
    this.#arrived.push(...parts);
    if (this.#arrived.length > 0) this.#wake();
  }

  #end(): void {
    this.#over = true;
    this.#wake();
  }

  #wake(): void {
    if (this.#waiting === undefined) return;
    const resolve = this.#waiting;
    this.#waiting = undefined;
    resolve(this.#arrived.shift());
  }
}
