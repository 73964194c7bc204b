/** Scopes that end together, the last first; Node has AsyncDisposableStack only since version 24. */
export interface Opened extends AsyncDisposable {
  use<T extends AsyncDisposable>(scope: T): T;
}

/** Runs work that opens scopes. If it fails, they end at once; otherwise they end with its result. */
export async function endedTogether<T extends object>(
  work: (opened: Opened) => Promise<T>,
): Promise<T & AsyncDisposable> {
  const scopes: AsyncDisposable[] = [];
  const opened: Opened = {
    use: (scope) => {
      scopes.push(scope);
      return scope;
    },
    [Symbol.asyncDispose]: async () => {
      for (const scope of scopes.splice(0).reverse()) await scope[Symbol.asyncDispose]();
    },
  };
  try {
    return { ...(await work(opened)), [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
