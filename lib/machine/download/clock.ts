/** The clock that downloads use; a parameter, so that tests need not wait. */
export interface Clock {
  /** Calls back once after some milliseconds. @returns a function that cancels it */
  after(milliseconds: number, call: () => void): () => void;
}

export const machineClock: Clock = {
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
