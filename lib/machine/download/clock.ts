/** Time as downloads see it; handed in, so that tests need not wait. */
export interface Clock {
  /** Calls back once, when that many milliseconds are over. @returns what prevents it */
  after(milliseconds: number, call: () => void): () => void;
}

export const machineClock: Clock = {
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
