/** Time limits of a response. */
export interface Pace {
  /** Longest time without any bytes, in milliseconds. */
  readonly silenceMs: number;
  /** Longest time for the whole response, in milliseconds; set for documents. @default - only the minimum rate applies */
  readonly wholeMs?: number;
}

/** Calls back once, after that many milliseconds. @returns a function that cancels it */
export type WatchClock = (milliseconds: number, call: () => void) => () => void;

export const systemClock: WatchClock = (milliseconds, call) => {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
};

/** Aborts a request that stalls, or is slower than the minimum rate. */
export class Watch {
  /** Why it aborted the request. */
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
    else this.start('whole', wholeMs, () => this.abort(`was not complete after ${wholeMs / 60_000} minutes`));
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Stops the silence timer until `came`. */
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
      if (this.inTime < leastBytes) return this.abort(`sent only ${this.inTime} bytes in 5 minutes`);
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
