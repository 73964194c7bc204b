/** How an answer has to come. */
export interface Pace {
  /** How long nothing may come, in milliseconds. */
  readonly silenceMs: number;
  /** What all of it may take, in milliseconds: of a document. @default - all the time that it needs at the least rate */
  readonly wholeMs?: number;
}

/** Calls back once, after that many milliseconds. @returns what prevents it */
export type WatchClock = (milliseconds: number, call: () => void) => () => void;

export const systemClock: WatchClock = (milliseconds, call) => {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
};

/** Ends a request in which nothing happens for a while, or too little: a byte now and then is as good as nothing. */
export class Watch {
  /** What was wrong, once it has ended a request. */
  why: string | undefined;
  private readonly controller = new AbortController();
  private readonly stops = new Map<'silence' | 'whole' | 'rate', () => void>();
  private inTime = 0;

  constructor(
    private readonly pace: Pace,
    private readonly clock: WatchClock,
  ) {
    const { wholeMs } = pace;
    this.awaitNext();
    if (wholeMs === undefined) this.watchRate();
    else this.start('whole', wholeMs, () => this.abort(`has not come within ${wholeMs / 60_000} minutes`));
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Nothing is waited for until something came. */
  pause(): void {
    this.stops.get('silence')?.();
  }

  came(bytes: number): void {
    this.inTime += bytes;
    this.pause();
    this.awaitNext();
  }

  end(): void {
    for (const stop of this.stops.values()) stop();
  }

  private awaitNext(): void {
    const { silenceMs } = this.pace;
    this.start('silence', silenceMs, () => this.abort(`sent nothing for ${silenceMs / 1000} s`));
  }

  private watchRate(): void {
    this.start('rate', leastMs, () => {
      if (this.inTime < leastBytes) return this.abort(`sent ${this.inTime} bytes in 5 minutes`);
      this.inTime = 0;
      this.watchRate();
    });
  }

  private start(what: 'silence' | 'whole' | 'rate', milliseconds: number, call: () => void): void {
    this.stops.set(what, this.clock(milliseconds, call));
  }

  private abort(why: string): void {
    this.why ??= why;
    this.controller.abort();
  }
}

/** 10 kB/s over five minutes. */
const [leastBytes, leastMs] = [3_000_000, 300_000];
